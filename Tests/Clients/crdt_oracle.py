"""The twin of crdt_oracle.cjs for yrs: random sessions of several pycrdt clients, asked for over pipes.

Frames both ways: u32le length, then parts of (u32le length, bytes); the first part of a request is the command.
"""
import json, random, re, struct, sys

from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment, XmlText, merge_updates

INPUT, OUTPUT = sys.stdin.buffer, sys.stdout.buffer
IDS = [[5, 900000007, 4294967291], [9007199254740990, 3, 4503599627370497], [1, 2, 3000000007]]
WORDS = ["a", "bc", "héé", "😀", "日本", "x😀y", "\n", "long text here ", "q" * 40]
SCALARS = [1, -7, 2.5, 1e40, True, False, None, "s", 70000, -70000, 0.1, "", "é😀", 12345678901234]


def receive():
    header = INPUT.read(4)
    if len(header) < 4:
        sys.exit(0)
    body, parts, at = INPUT.read(struct.unpack("<I", header)[0]), [], 0
    while at < len(body):
        length = struct.unpack_from("<I", body, at)[0]
        parts.append(body[at + 4:at + 4 + length])
        at += 4 + length
    return parts[0].decode(), parts[1:]


def send(parts):
    body = b"".join(struct.pack("<I", len(part)) + part for part in parts)
    OUTPUT.write(struct.pack("<I", len(body)) + body)
    OUTPUT.flush()


def roots(doc):
    return doc.get("t", type=Text), doc.get("a", type=Array), doc.get("m", type=Map), doc.get("x", type=XmlFragment)


def plain(value):
    if isinstance(value, (Array, Map)):
        return plain(value.to_py())
    if isinstance(value, dict):
        return {key: plain(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, (int, str, bool, float)) or value is None else str(value)


def content(doc):
    text, array, mapping, xml = roots(doc)
    return json.dumps([str(text), plain(text.diff()), plain(array), plain(mapping), tidy(xml)], sort_keys=True)


def tidy(xml):
    """Attributes in the order of their names: yrs writes them in the order of a hash table."""
    return re.sub(r"<p ([^>]*)>", lambda tag: "<p " + " ".join(sorted(tag[1].split(" "))) + ">", str(xml))


def loaded(update):
    doc = Doc()
    roots(doc)
    doc.apply_update(update)
    return doc


class Client:
    def __init__(self, session, number):
        self.doc, self.inbox, self.quiet = Doc(client_id=number), [], False
        self.types = roots(self.doc)
        self.session = session
        self.subscription = self.doc.observe(self.changed)

    def changed(self, event):
        if not self.quiet:
            self.session.spread(self, event.update)

    def take_in(self, updates):
        self.quiet = True
        for update in updates:
            self.doc.apply_update(update)
        self.quiet = False


class Session:
    def __init__(self, seed, flavour):
        self.dice, self.flavour, self.fresh, self.final = random.Random(seed), flavour, [], ""
        self.clients = []
        self.clients = [Client(self, number) for number in self.dice.choice(IDS)]

    def spread(self, author, update):
        self.fresh.append(update)
        for client in self.clients:
            if client is not author:
                client.inbox.append(update)

    def step(self, count, foreign):
        self.fresh = []
        for client in self.clients:
            client.inbox += foreign
        for _ in range(count):
            client = self.dice.choice(self.clients)
            if self.dice.random() < 0.25:
                some = client.inbox[:self.dice.randrange(1, 11)]
                client.inbox = client.inbox[len(some):]
                # In order: yrs alone loses text now and then when updates reach it in another order.
                client.take_in(some)
                continue
            with client.doc.transaction():
                for _ in range(self.dice.randrange(1, 4)):
                    self.edit(*client.types)
        return self.fresh

    def anything(self):
        # One key each: yrs writes the members of an object in the order of a hash table.
        return {"k": [1, {"z": "q"}, {"": []}]} if self.dice.random() < 0.2 else self.dice.choice(SCALARS)

    def shared(self):
        kind = self.dice.randrange(5)
        return [Map, Array, lambda: Text("nested😀"), lambda: b"\x01\x02\x03", lambda: b""][kind]()

    def edit(self, text, array, mapping, xml):
        dice, kind = self.dice, self.dice.randrange(12)
        if kind < 3:
            text.insert(self.place(text), dice.choice(WORDS))
        elif kind < 5:
            self.erase(text)
        elif kind == 5:
            array.insert(dice.randrange(len(array) + 1), self.anything())
        elif kind == 6 and len(array):
            at = dice.randrange(len(array))
            del array[at:at + dice.randrange(1, min(3, len(array) - at) + 1)]
        elif kind == 7:
            mapping[f"k{dice.randrange(5)}"] = self.anything() if dice.random() < 0.6 else self.shared()
        elif kind == 8 and len(mapping):
            del mapping[dice.choice(sorted(mapping.keys()))]
        elif kind == 9:
            self.inside(array, mapping)
        elif kind == 10:
            self.markup(xml)
        elif kind == 11 and "f" in self.flavour:
            self.formats(text)

    # yrs counts text in UTF-8 bytes.
    def place(self, text):
        characters = str(text)
        return len(characters[:self.dice.randrange(len(characters) + 1)].encode())

    def erase(self, text):
        characters = str(text)
        if characters:
            start = self.dice.randrange(len(characters))
            end = min(len(characters), start + self.dice.randrange(1, 6))
            del text[len(characters[:start].encode()):len(characters[:end].encode())]

    def formats(self, text):
        characters = str(text)
        if len(characters) < 3 or len(text) != len(characters.encode()):
            return
        start = self.dice.randrange(len(characters) - 2)
        end = start + self.dice.randrange(1, len(characters) - start)
        first, last = len(characters[:start].encode()), len(characters[:end].encode())
        if self.dice.random() < 0.8:
            text.format(first, last, {"bold": self.dice.choice([True, None])})

    def inside(self, array, mapping):
        values = [mapping[key] for key in sorted(mapping.keys())] + [array[at] for at in range(min(len(array), 4))]
        values = [value for value in values if isinstance(value, (Map, Array, Text))]
        if not values:
            return
        value = self.dice.choice(values)
        if isinstance(value, Map):
            value[f"in{self.dice.randrange(3)}"] = self.anything()
        elif isinstance(value, Array):
            value.insert(self.dice.randrange(len(value) + 1), self.shared() if self.dice.random() < 0.5 else 7)
        else:
            value.insert(self.place(value), self.dice.choice(WORDS))

    def markup(self, xml):
        count = len(list(xml.children))
        if count and self.dice.random() < 0.3:
            del xml.children[self.dice.randrange(count)]
        elif count and self.dice.random() < 0.5:
            child = xml.children[self.dice.randrange(count)]
            if isinstance(child, XmlElement):
                child.attributes["k"] = str(self.dice.randrange(9))
        else:
            xml.children.insert(self.dice.randrange(count + 1), XmlElement("p", {"c": "d"}, [XmlText("xt")]))

    def finish(self, half, order):
        self.fresh = []
        for client in self.clients:
            client.take_in(client.inbox)
            client.inbox = []
        server, vector = Doc(), b"\x00"
        for index, update in enumerate(order):
            if index == half:
                vector = server.get_state()
            server.apply_update(update)
        full = server.get_update()
        typed = loaded(full)
        self.final = content(typed)
        converged = all(content(client.doc) == self.final for client in self.clients)
        return [
            b"1" if converged else b"0", str(typed.get("t", type=Text)).encode(), server.get_state(), full, vector,
            server.get_update(vector), merge_updates(*order) if order else b"\x00\x00", b"0",
        ]

    def verify(self, updates):
        answers = []
        for update in updates:
            got = content(loaded(update))
            answers.append(b"1" if got == self.final else f"0 {got} instead of {self.final}".encode())
        return answers


def main():
    session = None
    while True:
        command, parts = receive()
        if command == "start":
            session = Session(int(parts[0]), parts[1].decode())
            send([])
        elif command == "step":
            send(session.step(int(parts[0]), parts[1:]))
        elif command == "finish":
            send(session.finish(int(parts[0]), parts[1:]))
        elif command == "verify":
            send(session.verify(parts))
        else:
            sys.exit(2)


main()
