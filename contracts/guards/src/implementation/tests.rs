use super::{program::left_of, *};
use crate::{abi::Word, calldata, sdk::VM, GuardError};
use alloc::{boxed::Box, vec, vec::Vec};
use alloy_primitives::{address, keccak256, Address, B256, U256};
use stylus_sdk::testing::TestVM;

const IMPLEMENTATION: Address = Address::repeat_byte(0x11);
const FIRST: Address = address!("00000000000000000000000000000000000000f1");
const SECOND: Address = address!("00000000000000000000000000000000000000f2");
const MONTH: u64 = 30 * 86_400;

fn host(test: &TestVM) -> VM {
    VM {
        host: Box::new(test.clone()),
    }
}

fn with_code(code: &[u8]) -> TestVM {
    let test = TestVM::new();
    test.set_code(IMPLEMENTATION, code.to_vec());
    test
}

fn expected(code: &[u8]) -> Expected {
    Expected {
        code_hash: keccak256(code),
        fragments: B256::ZERO,
        min_secs_left: MONTH,
    }
}

fn word(value: u64) -> Vec<u8> {
    let mut data = Vec::new();
    value.append(&mut data);
    data
}

/// The chain answers each question about the program with the same word, as this machine for tests knows one answer at a time.
fn alive(test: &TestVM, secs_left: u64) {
    let program = IMPLEMENTATION;
    test.mock_static_call(ARB_WASM, calldata!("stylusVersion"), Ok(word(secs_left)));
    test.mock_static_call(
        ARB_WASM,
        calldata!("programVersion", program: Address),
        Ok(word(secs_left)),
    );
    test.mock_static_call(
        ARB_WASM,
        calldata!("programTimeLeft", program: Address),
        Ok(word(secs_left)),
    );
}

fn root(fragments: &[Address]) -> Vec<u8> {
    let mut code = vec![0xef, 0xf0, 0x02, 0x00, 0, 1, 0, 0];
    for fragment in fragments {
        code.extend_from_slice(fragment.as_slice());
    }
    code
}

#[test]
fn evm_code_is_what_its_hash_says_and_has_no_time_to_expire() {
    let code = [0x60, 0x00];
    let test = with_code(&code);
    let vm = host(&test);
    assert_eq!(require_code(&vm, IMPLEMENTATION, &expected(&code)), Ok(Kind::Evm));
    let other = Expected {
        code_hash: B256::ZERO,
        ..expected(&code)
    };
    assert_eq!(
        require_code(&vm, IMPLEMENTATION, &other),
        Err(CodeDiffers {
            account: IMPLEMENTATION,
            expected: B256::ZERO,
            found: keccak256(code)
        }
        .into())
    );
}

#[test]
fn nothing_a_designator_and_a_fragment_are_no_implementation() {
    let account = IMPLEMENTATION;
    let none = TestVM::new();
    assert_eq!(kind(&host(&none), account), Err(NoCode { account }.into()));

    let mut designator = vec![0xef, 0x01, 0x00];
    designator.extend_from_slice(FIRST.as_slice());
    let delegated = with_code(&designator);
    // Its hash is what it is: approved or not, it is refused.
    assert_eq!(
        require_code(&host(&delegated), account, &expected(&designator)),
        Err(DelegatedAccount { account }.into())
    );
    for code in [&FRAGMENT_CODE[..], &[0xef, 0xf0, 0x03, 0x00], &[0xef, 0xf0]] {
        let piece = with_code(code);
        assert_eq!(kind(&host(&piece), account), Err(NotRunnable { account }.into()));
    }
    // What only begins like the one or the other is the EVM's, which refuses to deploy it anyway.
    for code in [&[0xef, 0x01][..], &[0xef, 0x01, 0x01], &[0xef], &[0x00]] {
        assert_eq!(kind(&host(&with_code(code)), account), Ok(Kind::Evm), "{code:?}");
    }
}

const FRAGMENT_CODE: [u8; 4] = [0xef, 0xf0, 0x01, 0x00];

#[test]
fn a_program_is_alive_for_long_enough_or_it_is_refused() {
    let account = IMPLEMENTATION;
    let code = [0xef, 0xf0, 0x00, 0x00, 7];
    for (secs_left, enough) in [(MONTH, true), (u64::MAX, true), (MONTH - 1, false), (0, false)] {
        let test = with_code(&code);
        alive(&test, secs_left);
        let refusal = GuardError::from(ProgramExpiresSoon {
            account,
            secs_left,
            needed: MONTH,
        });
        assert_eq!(
            require_code(&host(&test), account, &expected(&code)),
            if enough { Ok(Kind::Program) } else { Err(refusal) }
        );
    }
}

#[test]
fn a_program_of_another_version_than_the_chains_does_not_run() {
    let number = |number| B256::from(U256::from(number));
    let left = number(MONTH);
    assert_eq!(left_of(number(2), number(2), left), Some(MONTH));
    for version in [0, 1, 3] {
        assert_eq!(left_of(number(2), number(version), left), None, "{version}");
    }
    let wide = B256::from(U256::from(1) << 64);
    assert_eq!(left_of(number(2), number(2), wide), None, "no number of seconds");
    assert_eq!(left_of(number(2), number(2), number(u64::MAX)), Some(u64::MAX));
}

#[test]
fn a_program_of_which_the_chain_does_not_say_that_it_runs_does_not() {
    let account = IMPLEMENTATION;
    let code = [0xef, 0xf0, 0x00, 0x00, 7];
    let program = account;
    let refused = || Err(Vec::new());
    for silent in 0..3 {
        let test = with_code(&code);
        alive(&test, MONTH);
        test.mock_static_call(
            ARB_WASM,
            [
                calldata!("stylusVersion"),
                calldata!("programVersion", program: Address),
                calldata!("programTimeLeft", program: Address),
            ][silent]
                .clone(),
            refused(),
        );
        assert_eq!(secs_left(&host(&test), account), None, "{silent}");
        assert_eq!(
            require_code(&host(&test), account, &expected(&code)),
            Err(ProgramInactive { account }.into()),
            "{silent}"
        );
    }
}

#[test]
fn the_code_of_fragments_is_bound_in_their_order() {
    let account = IMPLEMENTATION;
    let code = root(&[FIRST, SECOND]);
    let test = with_code(&code);
    test.set_code(FIRST, vec![0xef, 0xf0, 0x01, 1]);
    test.set_code(SECOND, vec![0xef, 0xf0, 0x01, 2]);
    alive(&test, MONTH);
    let vm = host(&test);
    let hashes = [keccak256([0xef, 0xf0, 0x01, 1]), keccak256([0xef, 0xf0, 0x01, 2])].concat();
    let fragments = keccak256(&hashes);
    assert_eq!(fragments_hash(&vm, account), Ok(fragments));
    let whole = Expected {
        fragments,
        ..expected(&code)
    };
    assert_eq!(require_code(&vm, account, &whole), Ok(Kind::Program));

    // The same root, when other code has come to where a fragment was.
    test.set_code(SECOND, vec![0xef, 0xf0, 0x01, 3]);
    let found = fragments_hash(&vm, account).unwrap();
    assert_eq!(
        require_code(&vm, account, &whole),
        Err(FragmentsDiffer {
            account,
            expected: fragments,
            found
        }
        .into())
    );
    test.set_code(SECOND, vec![]);
    assert_eq!(
        require_code(&vm, account, &whole),
        Err(NoCode { account: SECOND }.into())
    );
}

#[test]
fn code_that_is_no_root_has_no_fragments_and_a_root_has_few() {
    let account = IMPLEMENTATION;
    let code = [0x60, 0x00];
    let test = with_code(&code);
    assert_eq!(fragments_hash(&host(&test), account), Ok(B256::ZERO));
    let approved_with_some = Expected {
        fragments: B256::repeat_byte(1),
        ..expected(&code)
    };
    assert_eq!(
        require_code(&host(&test), account, &approved_with_some),
        Err(FragmentsDiffer {
            account,
            expected: B256::repeat_byte(1),
            found: B256::ZERO
        }
        .into())
    );
    for (count, refusal) in [
        (MAX_FRAGMENTS, None),
        (
            MAX_FRAGMENTS + 1,
            Some(GuardError::from(TooManyFragments {
                account,
                count: MAX_FRAGMENTS as u64 + 1,
            })),
        ),
    ] {
        let test = with_code(&root(&vec![FIRST; count]));
        test.set_code(FIRST, vec![0xef, 0xf0, 0x01, 1]);
        assert_eq!(fragments_hash(&host(&test), account).err(), refusal, "{count}");
    }
}

#[test]
fn a_layout_is_what_the_implementation_says_and_zero_asks_nothing() {
    let account = IMPLEMENTATION;
    let layout = B256::repeat_byte(0x77);
    let test = with_code(&[0x60]);
    test.mock_static_call(account, calldata!("storageLayoutHash"), Ok(layout.to_vec()));
    let vm = host(&test);
    assert_eq!(require_layout(&vm, account, layout), Ok(()));
    assert_eq!(require_layout(&vm, account, B256::ZERO), Ok(()));
    let expected = B256::repeat_byte(0x78);
    let differs = |found| {
        Err(LayoutDiffers {
            account,
            expected,
            found,
        }
        .into())
    };
    assert_eq!(require_layout(&vm, account, expected), differs(layout));
    for answer in [
        Err(Vec::new()),
        Ok(Vec::new()),
        Ok(expected[..31].to_vec()),
        Ok([expected.as_slice(), &[0]].concat()),
    ] {
        test.mock_static_call(account, calldata!("storageLayoutHash"), answer);
        assert_eq!(require_layout(&vm, account, expected), differs(B256::ZERO));
    }
}

#[test]
fn an_implementation_of_another_kind_of_proxy_is_refused() {
    let account = IMPLEMENTATION;
    for (answer, has_to, refusal) in [
        (Ok(ERC1967_IMPLEMENTATION.to_vec()), true, None),
        (Ok(ERC1967_IMPLEMENTATION.to_vec()), false, None),
        (Err(Vec::new()), false, None),
        (Err(Vec::new()), true, Some(B256::ZERO)),
        (
            Ok(B256::repeat_byte(9).to_vec()),
            false,
            Some(B256::repeat_byte(9)),
        ),
        (
            Ok(B256::repeat_byte(9).to_vec()),
            true,
            Some(B256::repeat_byte(9)),
        ),
        // A fallback that answers anything answers zero, too.
        (Ok(B256::ZERO.to_vec()), false, Some(B256::ZERO)),
    ] {
        let test = with_code(&[0x60]);
        test.mock_static_call(account, calldata!("proxiableUUID"), answer);
        assert_eq!(
            require_answers(&host(&test), account, has_to).err(),
            refusal.map(|found| NotProxiable { account, found }.into())
        );
    }
}

#[test]
fn activation_and_prolongation_are_the_chains_and_may_fail() {
    let test = with_code(&[0xef, 0xf0, 0x00, 0x00, 7]);
    let (program, fee) = (IMPLEMENTATION, U256::from(5));
    let activated = calldata!("activateProgram", program: Address);
    let vm = host(&test);
    test.mock_call(ARB_WASM, activated.clone(), fee, Ok(Vec::new()));
    assert_eq!(activate(&vm, program, 1, fee), Ok(()));
    test.mock_call(ARB_WASM, activated, fee, Err(Vec::new()));
    assert_eq!(
        activate(&vm, program, 1, fee),
        Err(ActivationFailed {
            account: program,
            gas: 1
        }
        .into())
    );
    let code_hash = B256::repeat_byte(3);
    let prolonged = calldata!("codehashKeepalive", code_hash: B256);
    test.mock_call(ARB_WASM, prolonged.clone(), fee, Ok(Vec::new()));
    assert_eq!(keep_alive(&vm, code_hash, fee), Ok(()));
    test.mock_call(ARB_WASM, prolonged, fee, Err(Vec::new()));
    assert_eq!(
        keep_alive(&vm, code_hash, fee),
        Err(KeepAliveFailed { code_hash }.into())
    );
}
