/// Why a WebSocket is closed (RFC 6455 7.4.1 and the registry behind it; 4400 and up are ours).
package enum WebSocketCloseCode: UInt16, Sendable {
    case normal = 1000, goingAway = 1001, protocolError = 1002, unsupportedData = 1003
    case invalidPayload = 1007, policyViolation = 1008, messageTooBig = 1009, internalError = 1011
    case serviceRestart = 1012, tryAgainLater = 1013
    case unauthorized = 4401, forbidden = 4403, gone = 4404, tooSlow = 4408, takenOver = 4409
    case tooManyRequests = 4429
    /// Piston's (api/src/api/v2.js).
    case pistonAlreadyInitialized = 4000, pistonInitializationTimeout = 4001, pistonError = 4002
    case pistonNotInitialized = 4003, pistonOnlyStdin = 4004, pistonInvalidSignal = 4005
    case pistonCompleted = 4999

    /// Whether a peer may send the number in a close frame (RFC 6455 7.4).
    static func mayBeSent(_ number: UInt16) -> Bool {
        switch number {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}

/// Why a peer's bytes are no WebSocket of ours; the connection ends with the code.
package struct WebSocketFault: Error, Equatable {
    /// The code of the close frame.
    package let code: WebSocketCloseCode
    /// What is wrong, for people; at most 123 bytes.
    package let reason: String

    init(_ code: WebSocketCloseCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// What a WebSocket takes, in bytes and kinds.
package struct WebSocketLimits: Sendable, Equatable {
    /// Bytes of one message, all its frames together.
    package var messageBytes: Int
    /// Frames of one message; empty ones cost the sender nothing.
    package var framesPerMessage = 4096
    /// Whether text messages are taken.
    package var takesText = false

    /// Limits with the rest at its default.
    package init(messageBytes: Int, takesText: Bool = false) {
        precondition(messageBytes > 0, "a message has room")
        self.messageBytes = messageBytes
        self.takesText = takesText
    }
}
