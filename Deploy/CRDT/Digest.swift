import COpenSSL

/// SHA-256 in hexadecimal.
enum Digest {
    static func hex(_ bytes: [UInt8]) -> String {
        var sum = [UInt8](repeating: 0, count: 32)
        let done = EVP_Digest(bytes, bytes.count, &sum, nil, EVP_sha256(), nil)
        precondition(done == 1, "SHA-256 of bytes in memory cannot fail")
        return hexadecimal(sum)
    }

    /// Two digits for each byte.
    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
