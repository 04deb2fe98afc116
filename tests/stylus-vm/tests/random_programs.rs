//! Random programs cost what a second, naive meter says, and stop exactly when it says.
//!
//! The second meter is a small interpreter: it splits a program into basic blocks and adds up what the blocks that
//! it walks through cost. It shares no code with the machine, only the table of prices.

mod support;

use proptest::prelude::*;
use stylus_vm::machine::Status;
use support::{exact_frame, module, run_with, MockHost, BLOCK, PLENTY};

/// A statement of the language that the programs are written in. There are four variables.
#[derive(Clone, Debug)]
enum Statement {
    Set(usize, Expression),
    If(Expression, Vec<Statement>, Option<Vec<Statement>>),
    /// Runs its body so many times.
    Repeat(u32, Vec<Statement>),
    /// A block that is left early when the condition holds.
    Leave(Vec<Statement>, Expression, Vec<Statement>),
    ReturnIf(Expression),
}

#[derive(Clone, Debug)]
enum Expression {
    Constant(i32),
    Variable(usize),
    Binary(usize, Box<Expression>, Box<Expression>),
}

/// The operators, each with its price and what it does.
type Operation = (&'static str, u64, fn(i32, i32) -> i32);
const OPERATIONS: [Operation; 5] = [
    ("add", 70, |a, b| a.wrapping_add(b)),
    ("mul", 160, |a, b| a.wrapping_mul(b)),
    ("xor", 70, |a, b| a ^ b),
    ("lt_u", 170, |a, b| {
        i32::from(a.cast_unsigned() < b.cast_unsigned())
    }),
    ("eq", 170, |a, b| i32::from(a == b)),
];

/// What a program is made of once it is flat. Targets are positions.
#[derive(Clone, Copy)]
enum Op {
    Constant(i32),
    Get(usize),
    Set(usize),
    Binary(usize),
    /// Goes to the target when the condition is zero.
    If(usize),
    /// Goes to the target: whoever comes here is done with the first arm.
    Else(usize),
    Block,
    Loop,
    End,
    BranchIf(usize),
    Return,
}

impl Op {
    fn price(self) -> u64 {
        match self {
            Self::Constant(_) | Self::Else(_) | Self::Block | Self::Loop | Self::End | Self::Return => 1,
            Self::Get(_) => 75,
            Self::Set(_) => 210,
            Self::Binary(operation) => OPERATIONS[operation].1,
            Self::If(_) | Self::BranchIf(_) => 765,
        }
    }

    fn ends_block(self) -> bool {
        !matches!(
            self,
            Self::Constant(_) | Self::Get(_) | Self::Set(_) | Self::Binary(_) | Self::Block
        )
    }
}

/// Writes a program twice: as WAT, and flat.
#[derive(Default)]
struct Writer {
    wat: String,
    ops: Vec<Op>,
    depth: usize,
}

/// The first variable that counts the rounds of a loop; each depth of nesting has its own.
const COUNTERS: usize = 4;

impl Writer {
    fn push(&mut self, wat: &str, op: Op) {
        self.wat.push_str(wat);
        self.wat.push('\n');
        self.ops.push(op);
    }

    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Constant(value) => self.push(&format!("i32.const {value}"), Op::Constant(*value)),
            Expression::Variable(index) => self.push(&format!("local.get $v{index}"), Op::Get(*index)),
            Expression::Binary(operation, left, right) => {
                self.expression(left);
                self.expression(right);
                self.push(
                    &format!("i32.{}", OPERATIONS[*operation].0),
                    Op::Binary(*operation),
                );
            }
        }
    }

    fn set(&mut self, index: usize) {
        self.push(&format!("local.set $v{index}"), Op::Set(index));
    }

    fn all(&mut self, statements: &[Statement]) {
        self.depth += 1;
        statements.iter().for_each(|statement| self.statement(statement));
        self.depth -= 1;
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Set(index, value) => {
                self.expression(value);
                self.set(*index);
            }
            Statement::If(condition, then, otherwise) => {
                self.expression(condition);
                let opening = self.ops.len();
                self.push("if", Op::If(0));
                self.all(then);
                let mut arm = None;
                if let Some(otherwise) = otherwise {
                    arm = Some(self.ops.len());
                    self.push("else", Op::Else(0));
                    self.all(otherwise);
                }
                self.push("end", Op::End);
                let after = self.ops.len();
                self.ops[opening] = Op::If(arm.map_or(after, |arm| arm + 1));
                if let Some(arm) = arm {
                    self.ops[arm] = Op::Else(after);
                }
            }
            Statement::Repeat(rounds, body) => {
                let counter = COUNTERS + self.depth;
                self.push(&format!("i32.const {rounds}"), Op::Constant(rounds.cast_signed()));
                self.set(counter);
                self.push("loop", Op::Loop);
                let again = self.ops.len();
                self.all(body);
                let minus_one = Expression::Constant(-1);
                let left = Expression::Variable(counter);
                self.expression(&Expression::Binary(
                    0,
                    Box::new(left.clone()),
                    Box::new(minus_one),
                ));
                self.set(counter);
                self.expression(&left);
                self.push("br_if 0", Op::BranchIf(again));
                self.push("end", Op::End);
            }
            Statement::Leave(before, condition, after) => {
                self.push("block", Op::Block);
                self.all(before);
                self.expression(condition);
                let leaving = self.ops.len();
                self.push("br_if 0", Op::BranchIf(0));
                self.all(after);
                self.push("end", Op::End);
                self.ops[leaving] = Op::BranchIf(self.ops.len());
            }
            Statement::ReturnIf(condition) => {
                self.expression(condition);
                let opening = self.ops.len();
                self.push("if", Op::If(0));
                self.push("i32.const 0", Op::Constant(0));
                self.push("return", Op::Return);
                self.push("end", Op::End);
                self.ops[opening] = Op::If(self.ops.len());
            }
        }
    }
}

/// What each basic block costs, by its first position.
fn blocks(ops: &[Op]) -> Vec<u64> {
    let mut costs = vec![0; ops.len()];
    let (mut head, mut cost) = (0, BLOCK);
    for (position, op) in ops.iter().enumerate() {
        cost += op.price();
        if op.ends_block() {
            costs[head] = cost;
            (head, cost) = (position + 1, BLOCK);
        }
    }
    costs
}

/// Walks through a program and gives what each block that is entered costs, in this order.
fn charges(ops: &[Op]) -> Vec<u64> {
    let costs = blocks(ops);
    let mut charged = Vec::new();
    let mut variables = [0_i32; 32];
    let mut stack = Vec::new();
    let mut position = 0;
    while let Some(op) = ops.get(position) {
        if costs[position] != 0 {
            charged.push(costs[position]);
        }
        position += 1;
        match *op {
            Op::Constant(value) => stack.push(value),
            Op::Get(index) => stack.push(variables[index]),
            Op::Set(index) => variables[index] = stack.pop().expect("a value"),
            Op::Binary(operation) => {
                let right = stack.pop().expect("a value");
                let left = stack.pop().expect("a value");
                stack.push(OPERATIONS[operation].2(left, right));
            }
            Op::If(target) if stack.pop() == Some(0) => position = target,
            Op::Else(target) => position = target,
            Op::BranchIf(target) if stack.pop() != Some(0) => position = target,
            Op::Return => break,
            Op::If(_) | Op::BranchIf(_) | Op::Block | Op::Loop | Op::End => {}
        }
    }
    charged
}

fn expression() -> impl Strategy<Value = Expression> {
    let leaf = prop_oneof![
        (-3..4_i32).prop_map(Expression::Constant),
        (0..COUNTERS).prop_map(Expression::Variable),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        (0..OPERATIONS.len(), inner.clone(), inner)
            .prop_map(|(operation, left, right)| Expression::Binary(operation, left.into(), right.into()))
    })
}

fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let leaf = prop_oneof![
        8 => (0..COUNTERS, expression()).prop_map(|(index, value)| Statement::Set(index, value)),
        1 => expression().prop_map(Statement::ReturnIf),
    ];
    let statement = leaf.prop_recursive(4, 24, 4, |inner| {
        let body = || proptest::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            (expression(), body(), proptest::option::of(body()))
                .prop_map(|(condition, then, otherwise)| Statement::If(condition, then, otherwise)),
            (1..4_u32, body()).prop_map(|(rounds, body)| Statement::Repeat(rounds, body)),
            (body(), expression(), body())
                .prop_map(|(before, condition, after)| Statement::Leave(before, condition, after)),
        ]
    });
    proptest::collection::vec(statement, 0..6)
}

/// The program as WAT, and what its run charges.
fn write(statements: &[Statement]) -> (String, Vec<u64>) {
    let mut writer = Writer::default();
    statements
        .iter()
        .for_each(|statement| writer.statement(statement));
    writer.push("i32.const 0", Op::Constant(0));
    writer.ops.push(Op::End);
    let variables: String = (0..32).map(|index| format!("(local $v{index} i32) ")).collect();
    (module("", &(variables + &writer.wat)), charges(&writer.ops))
}

proptest! {
    #[test]
    fn a_program_costs_what_its_blocks_cost(statements in statements()) {
        let (wat, charges) = write(&statements);
        let outcome = run_with(&wat, &mut MockHost::default(), exact_frame(&[]), PLENTY);
        prop_assert_eq!(outcome.status, Status::Success);
        prop_assert_eq!(PLENTY - outcome.gas_left, charges.iter().sum::<u64>());
    }

    #[test]
    fn a_program_stops_at_the_first_block_that_it_cannot_pay_for(
        statements in statements(),
        cut in any::<prop::sample::Index>(),
    ) {
        let (wat, charges) = write(&statements);
        let whole: u64 = charges.iter().sum();
        let enough = run_with(&wat, &mut MockHost::default(), exact_frame(&[]), whole);
        prop_assert_eq!((enough.status, enough.gas_left), (Status::Success, 0));
        let part: u64 = charges[..cut.index(charges.len())].iter().sum();
        let short = run_with(&wat, &mut MockHost::default(), exact_frame(&[]), part);
        prop_assert_eq!((short.status, short.gas_left), (Status::OutOfInk, 0));
    }
}
