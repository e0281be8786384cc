/// One message of the y-websocket protocol.
package enum RoomMessage: Equatable {
    /// What a replica has: answer with the rest.
    case step1(stateVector: ArraySlice<UInt8>)
    /// The rest.
    case step2(update: ArraySlice<UInt8>)
    /// A change.
    case update(ArraySlice<UInt8>)
    /// Who is where.
    case awareness(ArraySlice<UInt8>)
    /// The server says no, and why; from clients it means nothing.
    case denied(String)
    /// Asks who is where.
    case queryAwareness

    /// Reads what a client sent.
    /// - Throws: `ProtocolFault` for anything that is not exactly one message.
    package init(_ bytes: [UInt8]) throws(ProtocolFault) {
        var reader = LibReader(bytes)
        self = try Self.read(&reader)
        guard reader.remaining == 0 else { throw ProtocolFault("something follows the message") }
    }

    private static func read(_ reader: inout LibReader) throws(ProtocolFault) -> RoomMessage {
        switch try reader.unsigned() {
        case 0: try sync(&reader)
        case 1: .awareness(try reader.buffer())
        case 3: .queryAwareness
        default: throw ProtocolFault("a message is of no known kind")
        }
    }

    private static func sync(_ reader: inout LibReader) throws(ProtocolFault) -> RoomMessage {
        switch try reader.unsigned() {
        case 0: .step1(stateVector: try reader.buffer())
        case 1: .step2(update: try reader.buffer())
        case 2: .update(try reader.buffer())
        default: throw ProtocolFault("a sync message is of no known kind")
        }
    }

    /// The message's bytes.
    package var bytes: [UInt8] {
        var writer = LibWriter()
        switch self {
        case .step1(let vector): Self.sync(0, vector, &writer)
        case .step2(let update): Self.sync(1, update, &writer)
        case .update(let update): Self.sync(2, update, &writer)
        case .awareness(let update):
            writer.byte(1)
            writer.buffer(update)
        case .denied(let reason):
            writer.byte(2)
            writer.byte(0)
            writer.buffer(reason.utf8)
        case .queryAwareness: writer.byte(3)
        }
        return writer.bytes
    }

    private static func sync(_ step: UInt8, _ payload: ArraySlice<UInt8>, _ writer: inout LibWriter) {
        writer.byte(0)
        writer.byte(step)
        writer.buffer(payload)
    }
}
