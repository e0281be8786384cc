private import Contracts
private import GatewayService
private import ServiceKit

@main struct Gateway {
    static func main() {
        ServiceMain.run(.gateway) { try GatewayService.build($0) }
    }
}
