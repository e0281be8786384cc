private import COpenSSL

/// The address of a libcrypto object that is only read once it is built, and may so be used from any thread.
struct CryptoObject: Sendable, Equatable {
    private let address: UInt

    /// - Precondition: there is an object; libcrypto gives none only when memory is used up.
    init(_ pointer: OpaquePointer?) {
        guard let pointer else { preconditionFailure("libcrypto has the object") }
        address = UInt(bitPattern: pointer)
    }

    var pointer: OpaquePointer {
        guard let pointer = OpaquePointer(bitPattern: address) else {
            preconditionFailure("made from a pointer")
        }
        return pointer
    }
}
