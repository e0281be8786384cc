private import Contracts
private import GatewayService
private import ServiceKit

@main struct Gateway {
    static func main() {
        ServiceMain.run(.gateway, variables: GatewayService.variables) { try GatewayService.build($0) }
    }
}
