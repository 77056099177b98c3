"""Reads the interface lists: kernel/abi/syscalls.def, kernel/abi/errors.def, servers/proto/*.proto."""
import pathlib
import re

from tally.entry import ScriptError
from tally.record import record

ROOT = pathlib.Path(__file__).resolve().parents[2]
ABI = ROOT / "kernel/abi"
PROTOCOLS = ROOT / "servers/proto"

NAME = re.compile(r"[a-z][a-z0-9_]*")
FIELD = re.compile(r"([a-z][a-z0-9_]*)(?::(\d+)(?:-(\d+))?)?")
RESERVED = {"slot", "flags", "data_bytes", "words", "error"}  # names that the stubs themselves use
PROTOCOL_LINE = re.compile(r"call +(\d+) +(\w+)(?: +(data)(?:=(\w+))?)?( +items)? *\(([^()]*)\) *->( *data)? *\(([^()]*)\) *:([^:]*): *(.*)")
WORDS = 3  # besides the call's number or status in word 0


class InterfaceError(ScriptError):
    """An error in a list, as `file:line: what`."""


@record
class Field:
    """An argument or a result, and its bits in its register or word."""
    name: str
    low: int
    high: int

    @property
    def shift(self):
        """The shift for packing it; an address has its bits in place already."""
        return 0 if self.name.endswith("address") else self.low

    def unpacked(self, word):
        """The C expression that extracts it from its register or word."""
        mask = (2 << self.high) - (1 << self.low)
        if self.shift == 0:
            return word if mask == 0xffffffff else f"{word} & {mask:#x}"
        return f"{word} >> {self.shift}" if self.high == 31 else f"{word} >> {self.shift} & {mask >> self.shift:#x}"


@record
class Syscall:
    number: int
    name: str
    slot: str
    registers: list  # the fields of each register
    result: str
    errors: list
    summary: str

    @property
    def returns_word(self):
        return self.result not in ("-", "words")


@record
class LinuxCall:
    number: int
    name: str
    server: str
    deviations: str


@record
class Word:
    """A word of a reply; if it holds several results, it has a name of its own."""
    name: str
    fields: list


@record
class Call:
    number: int
    name: str
    data: bool
    data_length: str  # the argument that says how many bytes; None: the caller does
    reply_data: bool
    items: bool  # pages or capabilities travel with the call or its reply
    arguments: list  # the fields of each word
    results: list  # the words
    errors: list
    summary: str
    caller: str  # who may make the call, from the last line `from CALLER` before it


@record
class Protocol:
    name: str
    about: list
    calls: list

    @property
    def prefix(self):
        return self.name.upper()

    @property
    def callers(self):
        """The callers, in order of first appearance."""
        return [*dict.fromkeys(call.caller for call in self.calls)]

    def constant(self, call):
        return f"{self.prefix}_{call.name.upper()}"


def words_of(text):
    return [word.strip() for word in text.split(",") if word.strip()]


def entries(path, macro):
    """The argument texts of each `MACRO(...)` of a .def file, with strings joined and unquoted."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    text = re.sub(r'"\s*"', "", text)
    field = r'\s*(\([^()]*\)|"[^"]*"|[^,()"]+?)\s*'
    for match in re.finditer(rf"^{macro}\((.*?)\)\s*$", text, flags=re.M | re.S):
        yield [value.strip('"') for value in re.findall(rf"{field}(?:,|$)", match[1])]


def check_numbers(where, numbers):
    for before, number in zip([None, *numbers], numbers):
        if before is not None and number <= before:
            raise InterfaceError(f"{where}: number {number} after {before}: repeated or out of order")


def read_errors():
    path = ABI / "errors.def"
    errors = [(int(number), name, meaning) for number, name, meaning in entries(path, "ERROR")]
    check_numbers(path, [-number for number, _, _ in errors])
    return errors


def read_syscalls():
    path, calls = ABI / "syscalls.def", []
    known = {name for _, name, _ in read_errors()}
    for fields in entries(path, "SYSCALL"):
        if len(fields) != 7:
            raise InterfaceError(f"{path}: SYSCALL({', '.join(fields[:2])}...) has {len(fields)} fields, not 7")
        number, name, slot, arguments, result, errors, summary = fields
        registers = [fields_of(f"{path}: {name}", word) for word in words_of(arguments.strip("()"))]
        call = Syscall(int(number), name, slot, registers, result, errors.split(), summary)
        unknown = [e for e in call.errors if f"ERR_{e}" not in known]
        if unknown or len(call.registers) > 4:
            raise InterfaceError(f"{path}: {name}: unknown errors {unknown} or more than 4 arguments")
        calls.append(call)
    check_numbers(path, [call.number for call in calls])
    return calls


def packed(fields):
    """The C expression for a register or word."""
    return " | ".join(f"{field.name} << {field.shift}" if field.shift else field.name for field in fields)


def fields_of(where, text):
    """The fields of a register or word: `a`, or `a:0-15 + b:16-30 + c:31`, without overlap."""
    fields, taken = [], 0
    for part in text.split("+"):
        match = FIELD.fullmatch(part.strip())
        low, high = (int(match[2] or 0), int(match[3] or match[2] or 31)) if match else (0, -1)
        mask = (2 << high) - (1 << low) if 0 <= low <= high <= 31 else 0
        if not mask or taken & mask:
            raise InterfaceError(f"{where}: `{text}` is no name, and no list of names with bits that are apart: a:0-15 + b:16-30 + c:31")
        taken |= mask
        fields.append(Field(match[1], low, high))
    return fields


def result_of(where, text):
    """A word of a reply: `a`, or `name=a:0-15 + b:16-31`."""
    name, several, fields = text.partition("=")
    word = Word(name.strip(), fields_of(where, fields if several else name))
    if bool(several) != (len(word.fields) > 1) or any(several and field.name == word.name for field in word.fields):
        raise InterfaceError(f"{where}: `{text}` is no name, and no list of fields with a name of its own: name=a:0-15 + b:16-31")
    return word


def read_linux_calls():
    path, calls = ROOT / "libuser/vdso/calls.def", []
    for fields in entries(path, "LINUX_CALL"):
        if len(fields) != 5:
            raise InterfaceError(f"{path}: LINUX_CALL({', '.join(fields[:2])}...) has {len(fields)} fields, not 5")
        number, name, _, server, deviations = fields
        calls.append(LinuxCall(int(number), name, server, deviations))
    check_numbers(path, [call.number for call in calls])
    return calls


def read_call(where, line, caller):
    match = PROTOCOL_LINE.fullmatch(line)
    if not match:
        raise InterfaceError(f"{where}: expected `call N name [data[=ARGUMENT]] [items] (arguments) -> [data] (results) : ERRORS : summary`")
    number, name, data, data_length, items, arguments, reply_data, results, errors, summary = match.groups()
    arguments = [fields_of(where, word) for word in words_of(arguments)]
    results = [result_of(where, word) for word in words_of(results)]
    call = Call(int(number), name, bool(data), data_length, bool(reply_data), bool(items), arguments, results, errors.split(), summary, caller)
    fields = [field for fields in [*arguments, *(result.fields for result in results)] for field in fields]
    for word in [name, *(field.name for field in fields), *(result.name for result in results)]:
        if not NAME.fullmatch(word) or word in RESERVED:
            raise InterfaceError(f"{where}: `{word}` is not a name, or one that the stubs use")
    if data_length and data_length not in [argument[0].name for argument in arguments if len(argument) == 1]:
        raise InterfaceError(f"{where}: `data={data_length}` names no argument that has a word of its own")
    if max(len(call.arguments), len(call.results)) > WORDS or call.number < 1:
        raise InterfaceError(f"{where}: at most {WORDS} arguments and results, and no call 0")
    return call


def read_protocol(path):
    path = pathlib.Path(path)
    protocol, caller = Protocol("", [], []), "clients"
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
        if line.startswith("#"):
            protocol.about.append(line[1:].strip())
        elif line.startswith("protocol "):
            protocol = protocol._replace(name=line.split()[1])
        elif line.startswith("from "):
            caller = line.split()[1]
        elif line.strip():
            protocol.calls.append(read_call(f"{path}:{number}", line.strip(), caller))
    if protocol.name != path.stem or not protocol.calls:
        raise InterfaceError(f"{path}: needs a line `protocol {path.stem}` and at least one call")
    check_numbers(path, [call.number for call in protocol.calls])
    if len({call.name for call in protocol.calls}) != len(protocol.calls):
        raise InterfaceError(f"{path}: two calls have one name")
    return protocol


def generated_headers():
    """All headers that the build generates, as paths for #include."""
    protocols = [f"servers/proto/{path.stem}.h" for path in PROTOCOLS.glob("*.proto")]
    return {"kernel/sys/arguments.h", "libuser/sys/calls.h", "servers/proto/proto_call.h", "servers/screen/glyph_data.h", "servers/version.h",
            *protocols}


def read_protocols():
    return [read_protocol(path) for path in sorted(PROTOCOLS.glob("*.proto"))]
