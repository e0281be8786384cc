import Contracts
import Credentials
import Supervision
import Testing

@Suite("who gets which key") struct KeyTests {
    @Test("a service gets the keys of those it talks with, and never the one that they come from")
    func leastPrivilege() throws {
        let folder = try Folder()
        let fleet = try FleetDescription.parse(
            try #require(readBytes("\(Stand.root)/Deploy/fleet.json")))
        let plan = FleetPlan(
            fleet: fleet, home: FleetHome(folder.path), root: Stand.root, programs: "/nowhere")
        let secrets = try Secrets(file: "\(folder.path)/secrets", names: plan.secretNames)
        let root = try #require(secrets.variables([IdentityHeader.rootVariable]).values.first)
        for service in fleet.services {
            let environment = plan.environment(of: service, secrets: secrets)
            #expect(!environment.values.contains { $0.contains(root) }, "\(service.name)")
            let text = try #require(environment[IdentityHeader.keysVariable])
            let pairs = Set(text.split(separator: ",").compactMap { $0.split(separator: "=").first })
            let callers = fleet.services.filter { $0.calls.contains(service.name) }
            let wanted =
                service.calls.map { "\(service.name)>\($0)" }
                + callers.map { "\($0.name)>\(service.name)" }
            #expect(pairs == Set(wanted.map { $0[...] }), "\(service.name)")
        }
    }

    @Test("a fleet that calls whom it does not describe is refused")
    func unknown() {
        let text = #"{"services": [{"name": "auth", "port": 1, "offset": 0, "calls": ["nobody"]}]}"#
        #expect(throws: FleetFault("auth calls nobody, which is not described")) {
            try FleetDescription.parse(Array(text.utf8))
        }
    }
}
