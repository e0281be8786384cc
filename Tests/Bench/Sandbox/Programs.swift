import Glibc
import HostilePrograms

/// Little C programs, compiled once into a directory of their own.
struct Programs {
    let directory: String

    static let hello = #"#include <unistd.h>\#nint main(void) { return write(1, "hello\n", 6) != 6; }"#
    /// Uses so many microseconds of CPU from `main` on, by its own clock, which is exact to the nanosecond.
    static let spin = #"""
        #include <stdlib.h>
        #include <time.h>
        static long long used(void) {
            struct timespec now;
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
            return now.tv_sec * 1000000000ll + now.tv_nsec;
        }
        int main(int count, char **arguments) {
            long long until = used() + (count > 1 ? atoll(arguments[1]) * 1000 : 0);
            while (used() < until) {
            }
            return 0;
        }
        """#
    /// Takes so many microseconds of real time from `main` on, up to a moment and not one after the other.
    static let nap = #"""
        #include <stdlib.h>
        #include <time.h>
        int main(int count, char **arguments) {
            struct timespec time;
            clock_gettime(CLOCK_MONOTONIC, &time);
            long long end = time.tv_sec * 1000000000ll + time.tv_nsec;
            end += count > 1 ? atoll(arguments[1]) * 1000 : 0;
            time.tv_sec = end / 1000000000;
            time.tv_nsec = end % 1000000000;
            return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, 0);
        }
        """#
    static let flood = #"""
        #include <string.h>
        #include <unistd.h>
        int main(void) {
            static char block[65536];
            memset(block, 'x', sizeof block);
            while (write(1, block, sizeof block) > 0) {
            }
            return 0;
        }
        """#

    init() {
        var name = Array("/tmp/codecollab-bench-XXXXXX".utf8CString)
        precondition(mkdtemp(&name) != nil, "/tmp can be written")
        directory = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        chmod(directory, 0o755)
    }

    /// The path of the compiled program.
    func compile(_ name: String, _ source: String) -> String {
        let path = "\(directory)/\(name)"
        let file = fopen("\(path).c", "w")
        fputs(source, file)
        fclose(file)
        Bare.run(["gcc", "-O1", "-static", "-o", path, "\(path).c"])
        return path
    }

    /// The catalogue of the worst programs there are, in one executable.
    func hostile() -> [UInt8] {
        let sources = HostileSources.program.map { "\(HostileSources.folder)/\($0)" }
        Bare.run(HostileSources.command("\(directory)/hostile", of: sources))
        return Bare.bytes(of: "\(directory)/hostile")
    }

    func remove() { Bare.run(["rm", "-rf", directory]) }
}
