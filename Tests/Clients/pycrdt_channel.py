"""A connection of `websockets`, on either side, as the channel that pycrdt's providers and servers read and write."""
import websockets
from pycrdt import Channel


class SocketChannel(Channel):
    def __init__(self, socket, path):
        self.socket, self.place = socket, path

    @property
    def path(self):
        return self.place

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return await self.socket.recv()
        except websockets.ConnectionClosed:
            raise StopAsyncIteration() from None

    async def send(self, message):
        await self.socket.send(message)

    async def recv(self):
        return await self.socket.recv()
