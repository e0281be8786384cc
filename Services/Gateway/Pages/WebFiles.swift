package import Contracts
private import NIOHTTP1
package import ServiceKit
private import NIOCore

/// The files of our own pages, which are part of the executable.
package enum WebFiles {
    private static let files: [String: (bytes: [UInt8], type: String)] = [
        "index.html": (PackageResources.index_html, "text/html; charset=utf-8"),
        "docs.html": (PackageResources.docs_html, "text/html; charset=utf-8"),
        "page.css": (PackageResources.page_css, "text/css; charset=utf-8"),
        "index.js": (PackageResources.index_js, "text/javascript; charset=utf-8"),
        "docs.js": (PackageResources.docs_js, "text/javascript; charset=utf-8"),
    ]

    /// The start page; not part of the API.
    package static let start = Endpoint<Nothing, Nothing>(
        "gateway.start",
        of: .gateway,
        .get,
        "/",
        access: .open,
        "The start page",
        answers: .bytes(mediaType: "text/html"),
        status: 200
    )
    /// A file that a page loads; not part of the API.
    package static let file = Endpoint<Nothing, Nothing>(
        "gateway.file",
        of: .gateway,
        .get,
        "/web/{name}",
        access: .open,
        "A file of a page",
        answers: .bytes(mediaType: "application/octet-stream"),
        status: 200
    )

    /// A file, with the policy that our pages live under.
    /// - Throws: `Problem` (`not_found`).
    package static func answer(_ name: String) throws(Problem) -> ServerResponse {
        guard let file = files[name] else { throw Problem(.notFound, "there is no such file") }
        var response = ServerResponse.bytes(file.bytes, contentType: file.type)
        response.headers.add(name: "Content-Security-Policy", value: SecurityFields.pagePolicy)
        response.headers.add(name: "Cache-Control", value: "no-cache")
        return response
    }
}
