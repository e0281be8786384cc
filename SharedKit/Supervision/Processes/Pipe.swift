private import CKernel
package import SystemKit

/// A pipe of which we keep the read end and a child gets the write end.
package struct Pipe: ~Copyable {
    private let readEnd: FD
    /// For the child.
    package let writeEnd: FD

    /// A pipe; `blocks` says whether reading waits for bytes.
    package init(blocks: Bool) throws(SystemFailure) {
        var ends: [CInt] = [0, 0]
        try check("pipe2") { ck_pipe(&ends, blocks ? 1 : 0) }
        readEnd = FD(owning: ends[0])
        writeEnd = FD(owning: ends[1])
    }

    /// Hands the read end over and closes ours of the other, so that the end of the child is seen.
    package consuming func takeReadEnd() -> FD { readEnd }
}
