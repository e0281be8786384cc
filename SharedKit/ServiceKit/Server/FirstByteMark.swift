internal import NIOCore

/// Sits in front of the parser and says when bytes arrive, so that slow header blocks can be timed.
final class FirstByteMark: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    var onBytes: (() -> Void)?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        onBytes?()
        context.fireChannelRead(data)
    }
}
