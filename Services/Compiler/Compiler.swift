@main
struct Compiler {
    static func main() {}
}
