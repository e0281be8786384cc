import Sandbox
import Testing

/// One of the worst programs of the field notes (executor, 2.1), by its number there.
struct HostileProgram: Sendable, CustomTestStringConvertible {
    let name: String
    let source: String
    /// Any of these is right: which limit is hit first may depend on the machine.
    let verdicts: Set<SandboxVerdict>
    var flags: Set<SandboxFlag> = []
    var stdin = SandboxInput.empty

    var testDescription: String { name }

    /// Small limits, so that the suite is quick.
    static let limits = SandboxLimits(
        cpu: .milliseconds(400), wall: .milliseconds(1500), memoryBytes: 48 << 20, processes: 32,
        openFiles: 64,
        fileBytes: 4 << 20, diskBytes: 8 << 20, inodes: 256, stdoutBytes: 64 << 10, stderrBytes: 64 << 10)

    static let all: [HostileProgram] = processes + memory + files + output + time + escapes

    private static let processes = [
        HostileProgram(
            name: "H1 fork bomb", source: "int main(){for(;;)fork();}",
            // A refused fork has copied the address space already; the kernel frees that late and charges it.
            verdicts: [.cpuLimit, .wallLimit, .processLimit, .memoryLimit], flags: [.processLimit]),
        HostileProgram(
            name: "H2 thread bomb",
            source: """
                #include <pthread.h>
                void*f(void*p){pause();return p;}
                int main(){pthread_t t;for(;;)if(pthread_create(&t,0,f,0))return 1;}
                """, verdicts: [.processLimit]),
        HostileProgram(
            name: "H3 process churn",
            source: "int main(){for(;;){if(vfork()==0)_exit(0);wait(0);}}",
            verdicts: [.cpuLimit, .wallLimit]),
        HostileProgram(
            name: "H24 many children, each below the limit",
            source: """
                int main(){for(int i=0;i<16;i++)if(fork()==0){struct rusage u;do{for(volatile int j=0;
                j<100000;j++);
                getrusage(RUSAGE_SELF,&u);}while(u.ru_utime.tv_usec<200000&&!u.ru_utime.tv_sec);_exit(0);}
                while(wait(0)>0);return 0;}
                """, verdicts: [.cpuLimit]),
        HostileProgram(
            name: "H25 orphans that burn CPU",
            source: """
                int main(){if(fork()==0){for(int i=0;i<3;i++)if(fork()==0)for(;;);_exit(0);}sleep(30);}
                """, verdicts: [.cpuLimit]),
        HostileProgram(
            name: "H48 a daemon that wants to outlive us",
            source: """
                int main(){signal(SIGTERM,SIG_IGN);signal(SIGHUP,SIG_IGN);if(fork()==0){setsid();
                if(fork()==0){
                for(int i=0;i<3;i++)close(i);for(;;)pause();}_exit(0);}return 0;}
                """, verdicts: [.ok]),
    ]

    private static let memory = [
        HostileProgram(
            name: "H4 allocate and touch", source: "int main(){for(;;)memset(malloc(1<<20),1,1<<20);}",
            verdicts: [.memoryLimit]),
        HostileProgram(
            name: "H4b a child allocates, the parent waits",
            source: "int main(){if(fork()==0)for(;;)memset(malloc(1<<20),1,1<<20);wait(0);pause();}",
            verdicts: [.memoryLimit]),
        HostileProgram(
            name: "H5 100 GB of address space, untouched",
            source:
                """
                int main(){mmap(0,100l<<30,PROT_READ,MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE,-1,0);
                return 0;}
                """,
            verdicts: [.ok]),
        HostileProgram(
            name: "H6 a big .bss, touched",
            source: "char b[256<<20];int main(){memset(b,1,sizeof b);return b[7];}",
            verdicts: [.memoryLimit]),
        HostileProgram(
            name: "H7 endless recursion",
            source: "int f(int n){volatile char a[4096];a[0]=n;return f(n+1)+a[0];}int main(){return f(0);}",
            verdicts: [.signalled, .memoryLimit]),
        HostileProgram(
            name: "H17 locked memory",
            source: "int main(){mlockall(3);void*p=malloc(1<<20);return mlock(p,1<<20)==0;}",
            verdicts: [.ok]),
        HostileProgram(
            name: "H20 a megabyte of arguments",
            source: """
                int main(){char*a=malloc(1<<20);memset(a,'a',(1<<20)-1);a[(1<<20)-1]=0;char*v[]={"x",a,0};
                execv("/bin/true",v);return errno==E2BIG?0:1;}
                """, verdicts: [.ok]),
    ]

    private static let files = [
        HostileProgram(
            name: "H8 fill the disk",
            source: """
                char b[1<<20];int main(){for(int i=0;;i++){char n[32];sprintf(n,"f%d",i);
                int f=open(n,O_CREAT|O_WRONLY,0600);
                if(write(f,b,sizeof b)<(long)sizeof b)return 1;close(f);}}
                """, verdicts: [.fileLimit]),
        HostileProgram(
            name: "H9 a million files",
            source: """
                int main(){for(int i=0;i<1000000;i++){char n[32];sprintf(n,"/tmp/%d",i);
                int f=open(n,O_CREAT|O_WRONLY,0600);
                if(f<0)return 1;close(f);}}
                """, verdicts: [.fileLimit]),
        HostileProgram(
            name: "H10 a sparse terabyte",
            source: "int main(){int f=open(\"x\",O_CREAT|O_RDWR,0600);ftruncate(f,1l<<40);return 0;}",
            verdicts: [.fileLimit]),
        HostileProgram(
            name: "H16 all descriptors", source: "int main(){int n=0;while(dup(0)>=0)n++;return n>64;}",
            verdicts: [.ok]),
    ]

    private static let output = [
        HostileProgram(
            name: "H11 flood stdout", source: "char b[65536];int main(){for(;;)write(1,b,sizeof b);}",
            verdicts: [.outputLimit]),
        HostileProgram(
            name: "H12 flood stderr", source: "char b[65536];int main(){for(;;)write(2,b,sizeof b);}",
            verdicts: [.outputLimit]),
        HostileProgram(
            name: "H14 NULs, broken UTF-8 and no newline",
            source: "int main(){for(int i=0;i<60000;i++)putchar(i);return 0;}", verdicts: [.ok]),
    ]

    private static let time = [
        HostileProgram(name: "H21 busy loop", source: "int main(){for(;;);}", verdicts: [.cpuLimit]),
        HostileProgram(name: "H22 sleep", source: "int main(){sleep(60);}", verdicts: [.wallLimit]),
        HostileProgram(
            name: "H23 waits for input", source: "int main(){getchar();sleep(60);}", verdicts: [.wallLimit],
            flags: [.idleStdin], stdin: .stream),
        HostileProgram(
            name: "H26 stops itself and its group",
            source: "int main(){kill(0,SIGSTOP);raise(SIGSTOP);pause();}",
            verdicts: [.wallLimit]),
        HostileProgram(
            name: "H27 ignores every signal",
            source: """
                int main(){sigset_t s;sigfillset(&s);sigprocmask(SIG_BLOCK,&s,0);for(int i=1;i<65;
                i++)signal(i,SIG_IGN);
                for(;;)pause();}
                """, verdicts: [.wallLimit]),
    ]
}
