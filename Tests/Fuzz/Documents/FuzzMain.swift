import Glibc

/// The door of libFuzzer: an input that breaks a promise ends the process, and the fuzzer keeps it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDocument(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let fault = DocumentExercise.fault(of: input) else { return 0 }
    let words = Array("\(fault)\n".utf8)
    write(STDERR_FILENO, words, words.count)
    abort()
}
