internal import Contracts
internal import NIOCore
internal import NIOHTTP1
internal import SystemKit

extension ConnectionHandler {
    /// A request's head is complete.
    func begin(_ head: HTTPRequestHead) {
        guard case .waiting = phase else { return }
        isHead = head.method == .HEAD
        isKeptAlive = head.isKeepAlive && !isDraining && !head.headers.contains(name: "upgrade")
        if let problem = HeadCheck.problem(with: head) { return refuse(problem) }
        let plan = core.plan(head)
        let announced = HeadCheck.announcedLength(head)
        if let announced, announced > plan.bodyLimit || announced < 0 { return refuse(Self.tooLarge(plan)) }
        if announced != 0, expectsContinue(head) { sendContinue() }
        if plan.streamsBody && announced != 0 {
            startStreaming(head, plan)
        } else {
            phase = .collecting(head, plan, ByteBuffer())
            timer.set(.seconds(Limits.bodySeconds))
        }
    }

    private static func tooLarge(_ plan: RequestPlan) -> Problem {
        Problem(.bodyTooLarge, "the body may have at most \(plan.bodyLimit) bytes")
    }

    private func expectsContinue(_ head: HTTPRequestHead) -> Bool {
        head.version == .http1_1 && head.headers.first(name: "expect")?.lowercased() == "100-continue"
    }

    private func sendContinue() {
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context?.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }

    private func startStreaming(_ head: HTTPRequestHead, _ plan: RequestPlan) {
        guard let context else { return }
        let reference = NIOLoopBound(self, eventLoop: context.eventLoop)
        let stream = ByteStream { [eventLoop = context.eventLoop] in
            eventLoop.execute { reference.value.streamReadOn() }
        }
        phase = .streaming(stream, remaining: plan.bodyLimit)
        answerDeadline = .now() + TimeAmount(plan.timeout)
        timer.set(.seconds(Limits.pieceSeconds))
        start(plan, head, .stream(stream))
        context.read()
    }

    private func streamReadOn() {
        guard case .streaming = phase else { return }
        timer.set(.seconds(Limits.pieceSeconds))
        context?.read()
    }

    /// A piece of the body.
    func take(_ piece: ByteBuffer) {
        switch phase {
        case .collecting(let head, let plan, var body): collect(piece, head, plan, &body)
        case .streaming(let stream, let remaining): pass(piece, to: stream, remaining)
        case .waiting, .answering, .lingering, .over: break
        }
    }

    private func collect(
        _ piece: ByteBuffer, _ head: HTTPRequestHead, _ plan: RequestPlan, _ body: inout ByteBuffer
    ) {
        if body.readableBytes + piece.readableBytes > plan.bodyLimit { return refuse(Self.tooLarge(plan)) }
        phase = .over  // gives up the phase's reference, so that the body grows in place
        if body.readableBytes == 0 { body = piece } else { body.writeImmutableBuffer(piece) }
        phase = .collecting(head, plan, body)
    }

    private func pass(_ piece: ByteBuffer, to stream: ByteStream, _ remaining: Int) {
        guard piece.readableBytes <= remaining else {
            return stream.finish(Problem(.bodyTooLarge, "the body is longer than allowed"))
        }
        phase = .streaming(stream, remaining: remaining - piece.readableBytes)
        if stream.push(piece) { streamReadOn() } else { timer.cancel() }
    }

    /// The body is complete.
    func endOfBody() {
        switch phase {
        case .collecting(let head, let plan, let body):
            phase = .answering
            answerDeadline = .now() + TimeAmount(plan.timeout)
            timer.set(deadline: answerDeadline)
            start(plan, head, .bytes(body))
        case .streaming(let stream, _):
            phase = .answering
            timer.set(deadline: answerDeadline)
            stream.finish()
        case .waiting, .answering, .lingering, .over: break
        }
    }

    /// Starts making the answer on the cooperative pool.
    ///
    /// The one unstructured task of the server: an event loop cannot await. `end` cancels it when the
    /// connection goes away, and `ServerCore` waits for it while draining.
    private func start(_ plan: RequestPlan, _ head: HTTPRequestHead, _ body: ServerRequest.Body) {
        guard let context else { return }
        let request = ServerRequest(
            head: head, body: body, peer: context.channel.peerText, startNanoseconds: monotonicNanoseconds())
        let writer = BodyWriter(NIOLoopBound(self, eventLoop: context.eventLoop))
        let executor = core.answersOnLoops ? LoopExecutor.of(context.eventLoop) : nil
        answer = Task(executorPreference: executor) {
            let response = await plan.respond(request)
            await writer.send(response)
        }
    }

    /// Answers a request that is not worth looking at, and ends the connection.
    func refuse(_ problem: Problem) {
        isKeptAlive = false
        phase = .answering
        var problem = problem
        let requestID = RequestID.fresh(now: WallClock.system.now())
        problem.requestID = requestID
        core.note(refusal: problem)
        var response = ServerResponse.problem(problem)
        response.headers.add(name: RequestID.field, value: requestID)
        finish(response)
    }
}

extension Channel {
    /// Who is at the other end, for logs and limits.
    var peerText: String {
        guard let address = remoteAddress else { return "unix" }
        return address.ipAddress ?? "unix"
    }
}
