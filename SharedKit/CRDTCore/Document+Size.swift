extension Document {
    /// Structs of all clients: runs of content, deleted runs and collected ones.
    package var structCount: Int {
        var count = 0
        for index in 0..<clients.count { count += clients[index].structs.count() }
        return count
    }

    /// Bytes of memory that the document's columns hold, used or not.
    package var memoryBytes: Int {
        var bytes = items.memoryBytes + names.memoryBytes + types.memoryBytes + entries.memoryBytes
        bytes += clientIndex.memoryBytes + pendingBytes
        for index in 0..<clients.count {
            bytes += clients[index].structs.memoryBytes + clients[index].bytes.memoryBytes
                + MemoryLayout<ClientStore>.stride
        }
        for index in 0..<indexes.count { bytes += indexes[index].memoryBytes }
        return bytes
    }
}
