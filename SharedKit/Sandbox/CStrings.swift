/// C strings and arrays of them that live as long as their owner.
final class CStrings {
    private var strings: [UnsafeMutablePointer<CChar>] = []
    private var arrays: [UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>] = []

    deinit {
        for string in strings { string.deallocate() }
        for array in arrays { array.deallocate() }
    }

    func string(_ text: String) -> UnsafePointer<CChar> { UnsafePointer(copy(text)) }

    /// A NULL-terminated array.
    func array(_ texts: [String]) -> UnsafePointer<UnsafeMutablePointer<CChar>?> {
        let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: texts.count + 1)
        for (index, text) in texts.enumerated() { (array + index).initialize(to: copy(text)) }
        (array + texts.count).initialize(to: nil)
        arrays.append(array)
        return UnsafePointer(array)
    }

    private func copy(_ text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = Array(text.utf8CString)
        let string = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        string.initialize(from: bytes, count: bytes.count)
        strings.append(string)
        return string
    }
}
