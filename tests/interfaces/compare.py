"""Compares a contract's interface, written by hand in Solidity, with what the contract exports.

    compare.py I.sol EXPORTED CONSTRUCTOR

EXPORTED is what `cargo stylus export-abi` prints, CONSTRUCTOR what `cargo stylus constructor` prints. Every difference is
a line, and the answer is 1 when there is any.

What is compared: every function by its name and the types of its arguments, with what it returns and whether it is a
view or takes ETH, none missing on either side; every error that the interface names; the constructor, which the
interface names in a comment.

What is not, because the export does not hold it: events, the names of returned values, and which errors a function
gives: an export lists all that a guard has, so an interface may leave errors out, and may not make any up.
An interface whose name ends in `Itself` holds calls that the contract makes of itself and no functions: it is passed over.
"""

import re
import sys
from dataclasses import dataclass, field



@dataclass(frozen=True)
class Function:
    """What a caller has to know of a function."""

    mutability: str
    returns: tuple[str, ...]

    def __str__(self) -> str:
        returned = f" returns ({','.join(self.returns)})" if self.returns else ""
        return f"{self.mutability}{returned}"


@dataclass
class Interface:
    functions: dict[str, Function] = field(default_factory=dict)
    errors: set[str] = field(default_factory=set)


def types(parameters: str) -> tuple[str, ...]:
    """The types of parameters, whatever they are called."""
    names = (parameter.split() for parameter in parameters.split(",") if parameter.strip())
    return tuple("uint256" if words[0] == "uint" else words[0] for words in names)


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)


def signature(name: str, parameters: str) -> str:
    return f"{name}({','.join(types(parameters))})"


FUNCTION = re.compile(r"\bfunction\s+(\w+)\s*\(([^)]*)\)([^;]*);")
RETURNS = re.compile(r"\breturns\s*\(([^)]*)\)")
ERROR = re.compile(r"\berror\s+(\w+)\s*\(([^)]*)\)\s*;")
BLOCK = re.compile(r"\binterface\s+(\w+)[^{]*\{(.*?)\n\}", re.S)


def read(text: str) -> Interface:
    """What a file of Solidity says of all its interfaces."""
    interface = Interface()
    for name, body in BLOCK.findall(without_comments(text)):
        if name.endswith("Itself"):
            continue
        for function, parameters, rest in FUNCTION.findall(body):
            returned = RETURNS.search(rest)
            kinds = [kind for kind in ("pure", "view", "payable") if re.search(rf"\b{kind}\b", rest)]
            interface.functions[signature(function, parameters)] = Function(
                mutability=kinds[0] if kinds else "nonpayable",
                returns=types(returned.group(1)) if returned else (),
            )
        interface.errors.update(signature(*error) for error in ERROR.findall(body))
    return interface


def constructor(text: str) -> tuple[str, ...] | None:
    """The types of a constructor's arguments, none when there is none."""
    found = re.search(r"\bconstructor\s*\(([^)]*)\)", text)
    return types(found.group(1)) if found else None


def differences(written: str, exported: str, constructed: str) -> list[str]:
    """What differs, each in a sentence."""
    ours, theirs = read(written), read(exported)
    if not theirs.functions:
        return ["The contract exports no function at all."]
    found = []
    for function, said in sorted(ours.functions.items()):
        is_so = theirs.functions.get(function)
        if is_so is None:
            found.append(f"The interface has {function}, which the contract does not export.")
        elif is_so != said:
            found.append(f"The interface says that {function} is {said}, and the contract exports it as {is_so}.")
    for function in sorted(theirs.functions.keys() - ours.functions.keys()):
        found.append(f"The contract exports {function}, which the interface lacks.")
    for error in sorted(ours.errors - theirs.errors):
        found.append(f"The interface has the error {error}, which the contract does not export.")
    says, takes = constructor(written), constructor(constructed)
    if says != takes:
        found.append(f"The interface's comment says constructor{says}, and the contract's is constructor{takes}.")
    return found


def main(paths: list[str]) -> int:
    if len(paths) != 3:
        print("error: It is 'compare.py I.sol EXPORTED CONSTRUCTOR'.", file=sys.stderr)
        return 2
    texts = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    found = differences(*texts)
    for difference in found:
        print(f"{paths[0]}: {difference}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
