//! A view by its signature and arguments, and the number in its answer.

use crate::number::Number;
use alloy_dyn_abi::{DynSolType, DynSolValue, Specifier};
use alloy_json_abi::Function;
use alloy_primitives::{Address, Bytes, B256, I256, U256};
use patch_file::typed::{address, bytes, quoted};

/// What is asked of a contract.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    selector: [u8; 4],
    arguments: Vec<Argument>,
    outputs: Vec<DynSolType>,
    answer: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Argument {
    User,
    Proxy,
    Word(B256),
}

/// A function by its signature: `balanceOf(address)(uint256)`, with the types of its answers in the second brackets.
fn function(signature: &str) -> Result<Function, String> {
    Function::parse(signature).map_err(|_| {
        format!(
            "{} is not the signature of a view: write its name, what it takes and what it answers, like 'balanceOf(address)(uint256)'",
            quoted(signature)
        )
    })
}

impl View {
    /// Reads a view: its signature, its arguments as text, and which of its answers is measured, from 0 on. The arguments `user` and `proxy` stand
    /// for the addresses of these.
    ///
    /// # Errors
    /// A sentence.
    pub fn read(signature: &str, arguments: &[String], answer: Option<usize>) -> Result<Self, String> {
        let function = function(signature)?;
        let resolved = |params: &[alloy_json_abi::Param]| -> Result<Vec<DynSolType>, String> {
            let types = params.iter().map(|param| {
                let of = param.resolve().ok().filter(is_word);
                of.ok_or_else(|| {
                    format!(
                        "{}: '{}' is no type of one word, as address, uint256, int256, bool and bytes32 are",
                        quoted(signature),
                        param.ty
                    )
                })
            });
            types.collect()
        };
        let (inputs, outputs) = (resolved(&function.inputs)?, resolved(&function.outputs)?);
        if inputs.len() != arguments.len() {
            return Err(format!(
                "{} takes {} arguments and has {}",
                quoted(signature),
                inputs.len(),
                arguments.len()
            ));
        }
        let arguments = inputs.iter().zip(arguments).map(|(of, text)| argument(of, text));
        let arguments = arguments.collect::<Result<_, _>>()?;
        let answer = match answer {
            Some(answer) => answer,
            None if outputs.len() == 1 => 0,
            None => {
                return Err(format!(
                    "{} answers {} values: say which one with \"answer\", the first being 0",
                    quoted(signature),
                    outputs.len()
                ))
            }
        };
        match outputs.get(answer) {
            Some(DynSolType::Uint(_) | DynSolType::Int(_)) => {}
            Some(other) => {
                return Err(format!(
                    "{} answers {other} there, which is no number",
                    quoted(signature)
                ))
            }
            None => return Err(format!("{} has no answer {answer}", quoted(signature))),
        }
        Ok(Self {
            selector: function.selector().into(),
            arguments,
            outputs,
            answer,
        })
    }

    /// Whether it is asked for each user.
    #[must_use]
    pub fn is_of_a_user(&self) -> bool {
        self.arguments.contains(&Argument::User)
    }

    /// The data of the call.
    #[must_use]
    pub fn call(&self, proxy: Address, user: Address) -> Bytes {
        let mut data = self.selector.to_vec();
        for argument in &self.arguments {
            let word = match argument {
                Argument::User => user.into_word(),
                Argument::Proxy => proxy.into_word(),
                Argument::Word(word) => *word,
            };
            data.extend_from_slice(word.as_slice());
        }
        data.into()
    }

    /// The number in what it answered; none when that is not what the signature says. Words behind the answer are left alone, as Solidity does.
    #[must_use]
    pub fn number(&self, output: &[u8]) -> Option<Number> {
        let words = output.get(..32 * self.outputs.len())?;
        let mut number = None;
        for (index, (of, word)) in self.outputs.iter().zip(words.chunks_exact(32)).enumerate() {
            // A word that does not fit its type is no answer, whichever is asked for.
            let value = fitting(of, U256::from_be_slice(word))?;
            if index == self.answer {
                number = value;
            }
        }
        number
    }
}

/// What a word is as this type: none when it does not fit; none in it when it is no number.
fn fitting(of: &DynSolType, word: U256) -> Option<Option<Number>> {
    let wide = |text: String| text.parse().ok();
    match of {
        DynSolType::Uint(bits) => (word.bit_len() <= *bits).then(|| wide(word.to_string())),
        DynSolType::Int(bits) => {
            let number = I256::from_raw(word);
            let fits = number.bits() as usize <= *bits;
            fits.then(|| wide(number.to_string()))
        }
        DynSolType::Address => (word.bit_len() <= 160).then_some(None),
        DynSolType::Bool => (word.bit_len() <= 1).then_some(None),
        // Bytes stand at the word's high end, and nothing behind them.
        DynSolType::FixedBytes(size) => (word << (8 * size)).is_zero().then_some(None),
        _ => None,
    }
}

fn is_word(of: &DynSolType) -> bool {
    matches!(
        of,
        DynSolType::Address
            | DynSolType::Uint(_)
            | DynSolType::Int(_)
            | DynSolType::Bool
            | DynSolType::FixedBytes(_)
    )
}

fn argument(of: &DynSolType, text: &str) -> Result<Argument, String> {
    match (of, text) {
        (DynSolType::Address, "user") => return Ok(Argument::User),
        (DynSolType::Address, "proxy") => return Ok(Argument::Proxy),
        _ => {}
    }
    let refused = || format!("{} is no {of}", quoted(text));
    let value = match of {
        DynSolType::Address => DynSolValue::Address(address(text)?),
        DynSolType::Bool => DynSolValue::Bool(match text {
            "true" => true,
            "false" => false,
            _ => return Err(format!("{} is neither true nor false", quoted(text))),
        }),
        DynSolType::Uint(bits) => {
            let digits = text.bytes().all(|digit| digit.is_ascii_digit());
            let number: U256 = text.parse().ok().filter(|_| digits).ok_or_else(refused)?;
            if number.bit_len() > *bits {
                return Err(refused());
            }
            DynSolValue::Uint(number, *bits)
        }
        DynSolType::Int(bits) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let digits = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
            let number: I256 = text.parse().ok().filter(|_| digits).ok_or_else(refused)?;
            if number.bits() as usize > *bits {
                return Err(refused());
            }
            DynSolValue::Int(number, *bits)
        }
        DynSolType::FixedBytes(size) => {
            let bytes = bytes(text)?;
            if bytes.len() != *size {
                return Err(refused());
            }
            DynSolValue::FixedBytes(B256::right_padding_from(&bytes), *size)
        }
        _ => return Err(refused()),
    };
    value.as_word_or_none().map(Argument::Word).ok_or_else(refused)
}

/// A value of one word as that.
trait Word {
    fn as_word_or_none(&self) -> Option<B256>;
}

impl Word for DynSolValue {
    fn as_word_or_none(&self) -> Option<B256> {
        let encoded = self.abi_encode();
        B256::try_from(encoded.as_slice()).ok()
    }
}

/// The selector of a function by its signature, and the name by which it is told.
///
/// # Errors
/// A sentence.
pub fn selector(signature: &str) -> Result<([u8; 4], String), String> {
    let function = Function::parse(signature).map_err(|_| {
        format!(
            "{} is not the signature of a function: write its name and types, like 'deposit(uint256)'",
            quoted(signature)
        )
    })?;
    Ok((function.selector().into(), function.signature()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;

    fn read(signature: &str, arguments: &[&str], answer: Option<usize>) -> Result<View, String> {
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        View::read(signature, &arguments, answer)
    }

    #[test]
    fn a_call_is_its_selector_and_its_arguments() {
        let view = read(
            "balanceOf(address,address,int64,bool,bytes4)(uint256)",
            &["user", "proxy", "-2", "true", "0xaabbccdd"],
            None,
        )
        .unwrap();
        assert!(view.is_of_a_user());
        let call = view.call(Address::repeat_byte(1), Address::repeat_byte(2));
        let selector = &alloy_primitives::keccak256("balanceOf(address,address,int64,bool,bytes4)")[..4];
        assert_eq!(&call[..4], selector);
        let words: Vec<_> = call[4..].chunks(32).map(hex::encode).collect();
        assert_eq!(words[0], format!("{}{}", "00".repeat(12), "02".repeat(20)));
        assert_eq!(words[1], format!("{}{}", "00".repeat(12), "01".repeat(20)));
        assert_eq!(words[2], format!("{}fe", "ff".repeat(31)));
        assert_eq!(words[3], format!("{}1", "0".repeat(63)));
        assert_eq!(words[4], format!("aabbccdd{}", "00".repeat(28)));
        assert_eq!(words.len(), 5);
        let price = read("price() view returns (uint256)", &[], None).unwrap();
        assert!(!price.is_of_a_user());
        assert_eq!(price.call(Address::ZERO, Address::ZERO)[..], hex!("a035b1fe"));
    }

    #[test]
    fn the_answer_asked_for_is_read_and_every_answer_has_to_fit_its_type() {
        let view = read("health(address)(bool,int128,uint64)", &["user"], Some(1)).unwrap();
        let word = |number: i64| I256::try_from(number).unwrap().to_be_bytes::<32>();
        let answer = |words: [i64; 3]| {
            view.number(&words.map(word).concat())
                .map(|number| number.to_string())
        };
        assert_eq!(answer([1, -5, 9]).as_deref(), Some("-5"));
        assert_eq!(answer([2, -5, 9]), None, "no bool");
        assert_eq!(answer([1, -5, -9]), None, "no uint64");
        assert_eq!(view.number(&[0; 95]), None);
        assert_eq!(view.number(&[]), None);
        let mut wide = [word(0), word(0), word(0)].concat();
        wide[32] = 1;
        assert_eq!(view.number(&wide), None, "no int128");
        assert_eq!(
            view.number(&[0; 128]),
            Some(Number::ZERO),
            "more behind it is left alone"
        );
        let mixed = read("f()(uint256,address,bytes4,int8,bytes32)", &[], Some(0)).unwrap();
        let words = |changes: &[(usize, u8)]| {
            let mut output = [0; 160];
            output[31] = 7;
            changes.iter().for_each(|(at, byte)| output[*at] = *byte);
            mixed.number(&output).map(|number| number.to_string())
        };
        // The last byte of an address, of four bytes, of an int8 and of 32 bytes.
        assert_eq!(
            words(&[(44, 1), (67, 1), (127, 127), (159, 1)]).as_deref(),
            Some("7")
        );
        assert_eq!(words(&[(43, 1)]), None, "no address");
        assert_eq!(words(&[(68, 1)]), None, "no bytes4");
        assert_eq!(words(&[(95, 1)]), None, "no bytes4");
        assert_eq!(words(&[(127, 128)]), None, "no int8");
        let most = read("most()(uint256)", &[], None).unwrap();
        assert_eq!(
            most.number(&[0xff; 32]).unwrap().to_string(),
            U256::MAX.to_string()
        );
        let least = read("least()(int256)", &[], None).unwrap();
        assert_eq!(least.number(&[0xff; 32]).unwrap().to_string(), "-1");
    }

    #[test]
    fn what_is_no_view_or_no_argument_is_refused_with_what_to_write() {
        for (signature, arguments, answer, why) in [
            ("balanceOf", &[][..], None, "is not the signature of a view"),
            ("f()", &[], None, "answers 0 values"),
            (
                "f()(uint256,uint256)",
                &[],
                None,
                "answers 2 values: say which one",
            ),
            ("f()(uint256)", &[], Some(1), "has no answer 1"),
            ("f()(bool)", &[], None, "answers bool there, which is no number"),
            ("f()(string)", &[], None, "'string' is no type of one word"),
            (
                "f(uint256[])(uint256)",
                &["1"],
                None,
                "'uint256[]' is no type of one word",
            ),
            ("f(address)(uint256)", &[], None, "takes 1 arguments and has 0"),
            ("f(address)(uint256)", &["0x12"], None, "is not an address"),
            ("f(uint8)(uint256)", &["256"], None, "'256' is no uint8"),
            ("f(uint8)(uint256)", &["user"], None, "'user' is no uint8"),
            ("f(uint8)(uint256)", &["+1"], None, "'+1' is no uint8"),
            ("f(int8)(uint256)", &["128"], None, "'128' is no int8"),
            ("f(int8)(uint256)", &["-"], None, "'-' is no int8"),
            ("f(bool)(uint256)", &["1"], None, "is neither true nor false"),
            ("f(bytes4)(uint256)", &["0xaa"], None, "'0xaa' is no bytes4"),
        ] {
            let told = read(signature, arguments, answer).unwrap_err();
            assert!(told.contains(why), "{signature}: {told}");
        }
        for (of, text) in [("int8", "-128"), ("int8", "127"), ("uint8", "255")] {
            assert!(
                read(&format!("f({of})(uint256)"), &[text], None).is_ok(),
                "{text}"
            );
        }
        assert!(selector("deposit")
            .unwrap_err()
            .contains("like 'deposit(uint256)'"));
        let (_, name) = selector("deposit(uint amount, address to)").unwrap();
        assert_eq!(name, "deposit(uint256,address)");
    }
}
