private import CKernel

/// `count` bytes from the kernel's random generator (getrandom(2)).
/// - Precondition: `count` is at most 256, which the kernel gives in one uninterrupted call.
package func randomBytes(_ count: Int) -> [UInt8] {
    precondition((0...256).contains(count), "getrandom gives up to 256 bytes in one piece")
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        let got = ck_getrandom(buffer.baseAddress, count)
        precondition(got == count, "the kernel's random generator is up before any process of ours")
        initialized = count
    }
}
