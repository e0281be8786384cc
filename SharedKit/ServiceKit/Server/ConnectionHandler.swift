internal import Contracts
internal import NIOCore
internal import NIOHTTP1
internal import SystemKit

/// One HTTP/1.1 connection: takes requests apart from each other, one at a time, and writes their answers.
///
/// Everything here happens on the connection's event loop; the answers are made elsewhere.
final class ConnectionHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    enum Phase {
        /// For the next request, or in the middle of its head.
        case waiting
        /// Reads a body that is handed over whole.
        case collecting(HTTPRequestHead, RequestPlan, ByteBuffer)
        /// The answer is being made while the body still arrives.
        case streaming(ByteStream, remaining: Int)
        /// The answer is being made; the body is complete.
        case answering
        /// The answer is out, the connection ends; what still comes is dropped.
        case lingering
        /// Another protocol has taken over, or the connection is gone.
        case over
    }

    let core: ServerCore
    var phase = Phase.waiting
    var context: ChannelHandlerContext?
    /// Parts of pipelined requests that came with the one being answered.
    var queue = CircularBuffer<HTTPServerRequestPart>()
    let timer: ConnectionTimer
    var answer: Task<Void, Never>?
    var answerDeadline = NIODeadline.distantFuture
    /// What is wrong with the pipelined request behind those in `queue`.
    var brokenNext: Problem?
    var isKeptAlive = true
    var isHead = false
    var isDraining = false
    /// Whether the answer is a stream without an end of its own; its reader comes back elsewhere.
    var isEventStream = false

    init(core: ServerCore, eventLoop: any EventLoop) {
        self.core = core
        timer = ConnectionTimer(eventLoop: eventLoop)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let reference = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer.onExpiry = { reference.value.expire() }
        timer.set(.seconds(Limits.idleSeconds))
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    /// Bytes of a request that is not there yet: from now on its head has to hurry.
    func bytesArrived() {
        guard case .waiting = phase, !timer.isInsideRequest else { return }
        timer.set(.seconds(Limits.headerSeconds), isInsideRequest: true)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.read()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch phase {
        case .waiting, .collecting, .streaming, .lingering: process(part)
        case .answering: queue.append(part)
        case .over: break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        readOn()
        context.fireChannelReadComplete()
    }

    /// Asks the socket for more wherever more is wanted.
    func readOn() {
        switch phase {
        case .waiting, .collecting, .lingering: context?.read()
        case .streaming, .answering, .over: break
        }
    }

    func process(_ part: HTTPServerRequestPart) {
        switch part {
        case .head(let head): begin(head)
        case .body(let piece): take(piece)
        case .end: endOfBody()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(ConnectionClosed())
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is DrainEvent {
            isDraining = true
            if isEventStream { answer?.cancel() }
            if case .waiting = phase { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch phase {
        case .waiting, .collecting: refuse(Self.problem(for: error))
        // What is being answered was fine; the broken request behind it is refused when its turn comes.
        case .answering where error is HTTPParserError: brokenNext = Self.problem(for: error)
        case .streaming, .answering, .lingering, .over: context.close(promise: nil)
        }
    }

    private static func problem(for error: any Error) -> Problem {
        switch error {
        case HTTPParserError.headerOverflow: Problem(.headersTooLarge, "the header block is too large")
        case is HTTPParserError: Problem(.malformedRequest, "the request is not valid HTTP/1.1")
        default: Problem(.malformedRequest, "the connection failed in the middle of a request")
        }
    }

    /// The connection is over: whoever makes an answer for it can stop.
    func end(_ error: any Error) {
        if case .streaming(let stream, _) = phase { stream.finish(error) }
        phase = .over
        timer.invalidate()
        answer?.cancel()
        answer = nil
        queue.removeAll()
    }

    private func expire() {
        switch phase {
        case .waiting where timer.isInsideRequest, .collecting:
            refuse(Problem(.requestTimeout, "the request did not arrive in time"))
        case .streaming(let stream, _):
            stream.finish(Problem(.requestTimeout, "the body did not arrive in time"))
        case .answering: expireAnswer()
        case .waiting, .lingering, .over: context?.close(promise: nil)
        }
    }

    /// First the answer's task is told to stop, which normally makes it answer; if not, the connection ends.
    private func expireAnswer() {
        guard let answer, !answer.isCancelled else {
            context?.close(promise: nil)
            return
        }
        answer.cancel()
        timer.set(.seconds(Limits.lateAnswerSeconds))
    }
}

/// Asks a connection to end after what it is doing.
struct DrainEvent: Sendable {}
