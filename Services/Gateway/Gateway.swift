private import Contracts
private import GatewayService
private import ServiceKit

@main struct Gateway {
    static func main() async {
        await ServiceMain.run(.gateway) { try GatewayService.build($0) }
    }
}
