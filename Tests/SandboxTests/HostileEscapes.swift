import Sandbox

extension HostileProgram {
    /// Exits with the number of things that were possible; each is named on stderr.
    private static func refusal(_ name: String, _ attempts: String) -> HostileProgram {
        HostileProgram(
            name: name,
            source: """
                int open_doors;
                #define T(x) do{errno=0;if((long)(x)>=0){open_doors++;fprintf(stderr,"%s\\n",#x);}}while(0)
                int main(){\(attempts) return open_doors;}
                """, verdicts: [.ok])
    }

    static let escapes = [
        refusal("H15 big pipes", "int p[2];pipe(p);T(fcntl(p[1],1031,1<<20));"),
        refusal("H18 message queues", "T(syscall(SYS_mq_open,\"/q\",O_CREAT|O_RDWR,0600,0));"),
        refusal(
            "H28 set the clock",
            "struct timespec t={0};T(clock_settime(0,&t));struct timeval v={0};T(settimeofday(&v,0));"),
        refusal(
            "H29 priorities",
            "struct sched_param p={1};T(sched_setscheduler(0,1,&p));T(nice(-20));T(setpriority(0,0,-20));"),
        refusal(
            "H32 sockets that are not local",
            """
            T(socket(40,1,0));T(socket(2,1,0));T(socket(10,2,0));T(socket(16,3,0));T(socket(38,5,0));
            T(socket(17,3,0));
            """
        ),
        refusal(
            "H33 keyrings", "T(syscall(SYS_keyctl,0,-4,1));T(syscall(SYS_add_key,\"user\",\"a\",\"b\",1,-4));"
        ),
        refusal(
            "H34 locks on shared files",
            """
            int f=open("/usr/bin/env",0);T(flock(f,2));T(fcntl(f,1024,1));struct flock l={0};
            T(fcntl(f,37,&l));
            """
        ),
        refusal(
            "H39 namespaces",
            """
            T(unshare(0x10000000));T(unshare(0x20000));T(syscall(SYS_clone,0x10000000|17,0,0,0,0));
            T(syscall(SYS_clone3,0,0));
            """
        ),
        refusal(
            "H40 mounts",
            """
            T(mount("a","/tmp","tmpfs",0,0));T(umount2("/box",2));T(syscall(SYS_pivot_root,".","."));
            T(chroot("."));T(syscall(430,"tmpfs",0));T(syscall(428,-100,"/",1));
            T(syscall(442,-100,"/",0,0,0));
            """
        ),
        refusal(
            "H41 other processes",
            """
            T(ptrace(0,0,0,0));if(kill(1,9)==0)open_doors++;struct iovec v={0};
            T(syscall(SYS_process_vm_readv,1,&v,1,&v,1,0));T(open("/proc/1/mem",2));
            T(open("/proc/1/exe",1));T(syscall(438,0,0,0));
            """
        ),
        refusal(
            "H42 doors through proc",
            """
            T(open("/proc/1/root",0));T(open("/proc/1/cwd",0));T(open("/proc/1/ns/mnt",0));
            T(setns(0,0));T(open("/proc/sys/kernel/core_pattern",0));T(open("/proc/kcore",0));
            T(open("/proc/keys",0));
            """
        ),
        refusal(
            "H43 file handles",
            """
            char h[128]={0};T(syscall(SYS_open_by_handle_at,3,h,0));int m;
            T(syscall(SYS_name_to_handle_at,-100,"/usr",h,&m,0));
            """
        ),
        refusal(
            "H44 devices and the root",
            """
            T(mknod("/tmp/d",0020666,0x801));T(open("/dev/mem",0));T(open("/dev/vda",0));
            T(open("/dev/x",O_CREAT|2,0600));T(open("/etc/passwd",1));T(open("/usr/x",O_CREAT|1,0600));
            T(chown(".",0,0));T(setuid(0));
            """
        ),
        refusal(
            "H44b kernel interfaces",
            """
            T(syscall(SYS_bpf,0,0,0));T(syscall(SYS_perf_event_open,0,0,-1,-1,0));T(syscall(323,0));
            T(syscall(425,1,0));T(syscall(SYS_init_module,0,0,""));T(syscall(SYS_reboot,0,0,0,0));
            T(personality(0x0040000));T(syscall(SYS_syslog,3,0,0));
            """
        ),
        HostileProgram(
            name: "H46 a call of the 32-bit kind",
            source: "int main(){int r;__asm__ volatile(\"int $0x80\":\"=a\"(r):\"a\"(20));return 0;}",
            verdicts: [.securityViolation]),
        HostileProgram(
            name: "H46b a call of the x32 kind", source: "int main(){syscall(0x40000000+39);return 0;}",
            verdicts: [.securityViolation]),
        refusal(
            "H47 closed and foreign descriptors",
            """
            for(int i=3;i<1024;i++)T(fcntl(i,F_GETFD));close(0);close(1);struct msghdr m={0};
            T(sendmsg(3,&m,0));
            """
        ),
    ]
}
