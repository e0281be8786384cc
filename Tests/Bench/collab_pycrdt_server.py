"""A pycrdt-websocket server on the `websockets` library, as its documentation sets it up. usage: ... PORT"""
import asyncio, pathlib, sys
import websockets
from pycrdt.websocket import WebsocketServer

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Clients"))
from pycrdt_channel import SocketChannel

try:
    import uvloop
    uvloop.install()
except ImportError:
    pass


async def main():
    async with WebsocketServer() as server:
        async def serve(socket):
            await server.serve(SocketChannel(socket, socket.request.path))

        async with websockets.serve(serve, "127.0.0.1", int(sys.argv[1]), compression=None, max_size=2**22):
            await asyncio.Future()


asyncio.run(main())
