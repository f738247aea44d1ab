//! The crate `voprf`: RFC 9497 over ristretto255, with (POPRF) and without (VOPRF) public info.

use std::rc::Rc;

use rand_chacha::ChaCha20Rng;
use ronde_protocol::message::class::{Class, INFO_BYTES};
use voprf::{
    BlindedElement, EvaluationElement, PoprfClient, PoprfServer, Proof, Ristretto255, VoprfClient, VoprfServer,
};

use crate::{
    fail::{Failed, OrFail, ensure},
    ours::{COINS, WITNESSES, Witness, kinds},
    pace::Side,
    stream::Stream,
};

type Suite = Ristretto255;
type Info = [u8; INFO_BYTES];

/// Tokens that a server looks at in one go. They share nothing, so that their number is of no importance.
const TOKENS: usize = 64;
/// What a server's output has.
const OUTPUT: usize = 64;

/// A POPRF server, and the classes of our coins as its info.
pub struct Server {
    poprf: PoprfServer<Suite>,
    voprf: VoprfServer<Suite>,
    infos: Vec<Info>,
}

impl Server {
    /// With fresh keys.
    ///
    /// # Errors
    /// The peer's.
    pub fn new(witness: &Witness, stream: &mut Stream) -> Result<Self, Failed> {
        let infos = kinds().map(|kind| Class { keyset: witness.keyset, kind }.info(&witness.federation)).collect();
        Ok(Self {
            poprf: PoprfServer::new(&mut stream.generator()).or_fail("a POPRF server")?,
            voprf: VoprfServer::new(&mut stream.generator()).or_fail("a VOPRF server")?,
            infos,
        })
    }

    fn info(&self, at: usize) -> &Info {
        &self.infos[at % self.infos.len()]
    }
}

/// Tokens as they are redeemed: input, info, output.
struct Tokens(Vec<([u8; 32], Info, [u8; OUTPUT])>);

/// A POPRF server redeems tokens: it evaluates input and info itself, and compares.
pub fn redeeming(server: &Rc<Server>) -> Side {
    let (maker, worker) = (Rc::clone(server), Rc::clone(server));
    let prepare = move |stream: &mut Stream| {
        let tokens = (0..TOKENS).map(|at| {
            let (input, info) = (stream.bytes(), *maker.info(at));
            let output = maker.poprf.evaluate(&input, Some(&info)).or_fail("evaluating")?;
            Ok((input, info, output.into()))
        });
        Ok(Tokens(tokens.collect::<Result<_, Failed>>()?))
    };
    let work = move |Tokens(tokens): &mut Tokens| {
        tokens.iter().try_for_each(|(input, info, output)| {
            let evaluated: [u8; OUTPUT] = worker.poprf.evaluate(input, Some(info)).or_fail("evaluating")?.into();
            ensure(evaluated == *output, "a token that is none")
        })
    };
    Side::new("voprf 0.5.0, POPRF evaluate", TOKENS as u32, prepare, work)
}

/// The same without info.
pub fn redeeming_without_info(server: &Rc<Server>) -> Side {
    let (maker, worker) = (Rc::clone(server), Rc::clone(server));
    let prepare = move |stream: &mut Stream| {
        let tokens = (0..TOKENS).map(|at| {
            let input: [u8; 32] = stream.bytes();
            let output = maker.voprf.evaluate(&input).or_fail("evaluating")?;
            Ok((input, *maker.info(at), output.into()))
        });
        Ok(Tokens(tokens.collect::<Result<_, Failed>>()?))
    };
    let work = move |Tokens(tokens): &mut Tokens| {
        tokens.iter().try_for_each(|(input, _, output)| {
            let evaluated: [u8; OUTPUT] = worker.voprf.evaluate(input).or_fail("evaluating")?.into();
            ensure(evaluated == *output, "a token that is none")
        })
    };
    Side::new("voprf 0.5.0, VOPRF evaluate", TOKENS as u32, prepare, work)
}

type Bytes = Vec<[u8; 32]>;

fn elements(bytes: &Bytes) -> Result<Vec<BlindedElement<Suite>>, Failed> {
    bytes.iter().map(|bytes| BlindedElement::deserialize(bytes).or_fail("a blinded element")).collect()
}

fn blinded(stream: &mut Stream) -> Result<Bytes, Failed> {
    let blind = |_| {
        let client = PoprfClient::<Suite>::blind(&stream.bytes::<32>(), &mut stream.generator());
        Ok(client.or_fail("blinding")?.message.serialize().into())
    };
    (0..COINS).map(blind).collect()
}

/// A POPRF server evaluates a batch under one info, with one proof, from bytes to bytes.
pub fn evaluating(server: &Rc<Server>) -> Side {
    let server = Rc::clone(server);
    let prepare = |stream: &mut Stream| Ok((blinded(stream)?, stream.generator()));
    let work = move |(asked, generator): &mut (Bytes, ChaCha20Rng)| {
        let elements = elements(asked)?;
        let done = server.poprf.batch_blind_evaluate(generator, &elements, Some(server.info(0)));
        let done = done.or_fail("evaluating")?;
        let evaluated: Vec<_> = done.messages.iter().map(EvaluationElement::serialize).collect();
        Ok((evaluated, done.proof.serialize()))
    };
    Side::new("voprf 0.5.0, POPRF batch of 8", COINS, prepare, work)
}

/// The same without info.
pub fn evaluating_without_info(server: &Rc<Server>) -> Side {
    let server = Rc::clone(server);
    let prepare = |stream: &mut Stream| {
        let blind = |_| {
            let client = VoprfClient::<Suite>::blind(&stream.bytes::<32>(), &mut stream.generator());
            Ok(client.or_fail("blinding")?.message.serialize().into())
        };
        Ok(((0..COINS).map(blind).collect::<Result<Bytes, Failed>>()?, stream.generator()))
    };
    let work = move |(asked, generator): &mut (Bytes, ChaCha20Rng)| {
        let elements = elements(asked)?;
        let done = server.voprf.batch_blind_evaluate(generator, &elements).or_fail("evaluating")?;
        let evaluated: Vec<_> = done.messages.iter().map(EvaluationElement::serialize).collect();
        Ok((evaluated, done.proof.serialize()))
    };
    Side::new("voprf 0.5.0, VOPRF batch of 8", COINS, prepare, work)
}

/// A client's batch, with the answers of one or more servers to what it will blind out of `generator`.
struct Batch {
    inputs: Bytes,
    generator: ChaCha20Rng,
    answers: Vec<(Bytes, [u8; 64])>,
}

fn blind_all(inputs: &Bytes, generator: &mut ChaCha20Rng) -> Result<(Vec<PoprfClient<Suite>>, Bytes), Failed> {
    let mut clients = Vec::with_capacity(inputs.len());
    let mut messages = Vec::with_capacity(inputs.len());
    for input in inputs {
        let blinded = PoprfClient::<Suite>::blind(input, generator).or_fail("blinding")?;
        clients.push(blinded.state);
        messages.push(blinded.message.serialize().into());
    }
    Ok((clients, messages))
}

fn answered(servers: &[Server], stream: &mut Stream) -> Result<Batch, Failed> {
    let inputs: Bytes = (0..COINS).map(|_| stream.bytes()).collect();
    let generator = stream.generator();
    let (_, messages) = blind_all(&inputs, &mut generator.clone())?;
    let elements = elements(&messages)?;
    let answers = servers.iter().map(|server| {
        let done = server.poprf.batch_blind_evaluate(&mut stream.generator(), &elements, Some(server.info(0)));
        let done = done.or_fail("evaluating")?;
        let evaluated = done.messages.iter().map(|message| message.serialize().into()).collect();
        Ok((evaluated, done.proof.serialize().into()))
    });
    let answers = answers.collect::<Result<_, Failed>>()?;
    Ok(Batch { inputs, generator, answers })
}

/// Blinds, and takes the answer of each server: its proof verified, its elements unblinded and hashed.
fn take(servers: &[Server], batch: &mut Batch) -> Result<Vec<[u8; OUTPUT]>, Failed> {
    let (clients, messages) = blind_all(&batch.inputs, &mut batch.generator)?;
    let mut outputs = Vec::with_capacity(messages.len() * servers.len());
    for (server, (evaluated, proof)) in servers.iter().zip(&batch.answers) {
        let evaluated = evaluated.iter().map(|bytes| EvaluationElement::deserialize(bytes).or_fail("an element"));
        let evaluated: Vec<EvaluationElement<Suite>> = evaluated.collect::<Result<_, _>>()?;
        let proof = Proof::deserialize(proof).or_fail("a proof")?;
        let inputs = batch.inputs.iter().map(|input| &input[..]);
        let (key, info) = (server.poprf.get_public_key(), server.info(0));
        let finalized = PoprfClient::batch_finalize(inputs, &clients, &evaluated, &proof, key, Some(info));
        for output in finalized.or_fail("finalizing")? {
            outputs.push(output.or_fail("finalizing")?.into());
        }
    }
    Ok(outputs)
}

fn client(name: &'static str, servers: &Rc<Vec<Server>>) -> Side {
    let (maker, worker) = (Rc::clone(servers), Rc::clone(servers));
    let units = COINS * servers.len() as u32;
    let prepare = move |stream: &mut Stream| answered(&maker, stream);
    let work = move |batch: &mut Batch| take(&worker, batch);
    Side::new(name, units, prepare, work)
}

/// Clients of one server, and of as many as we have witnesses.
///
/// # Errors
/// The peer's.
pub fn clients(witness: &Witness, stream: &mut Stream) -> Result<[Side; 2], Failed> {
    let mut servers = |count| (0..count).map(|_| Server::new(witness, stream)).collect::<Result<Vec<_>, _>>();
    let (one, four) = (Rc::new(servers(1)?), Rc::new(servers(WITNESSES)?));
    let names = ["voprf 0.5.0, POPRF client", "the same, blinding once for 4"];
    Ok([client(names[0], &one), client(names[1], &four)])
}

/// What a client finalizes is what the server evaluates, in batches too, for the right info and under the right key alone.
///
/// # Errors
/// Which of them went otherwise.
pub fn prove_that_it_works(server: &Server, stream: &mut Stream) -> Result<(), Failed> {
    let evaluated = |input: &[u8; 32], at| {
        let output: [u8; OUTPUT] = server.poprf.evaluate(input, Some(server.info(at))).or_fail("evaluating")?.into();
        Ok::<_, Failed>(output)
    };
    let servers = core::slice::from_ref(server);
    let mut batch = answered(servers, stream)?;
    let generator = batch.generator.clone();
    for (input, output) in batch.inputs.clone().iter().zip(take(servers, &mut batch)?) {
        ensure(evaluated(input, 0)? == output, "a POPRF's server and client disagree")?;
        ensure(evaluated(input, 1)? != output, "a POPRF's info does not count")?;
    }
    batch.generator = generator;
    batch.answers.iter_mut().for_each(|(evaluated, _)| evaluated.swap(0, 1));
    ensure(take(servers, &mut batch).is_err(), "a POPRF's proof verifies for exchanged elements")?;
    prove_without_info(&server.voprf, stream)
}

fn prove_without_info(server: &VoprfServer<Suite>, stream: &mut Stream) -> Result<(), Failed> {
    let inputs: Bytes = (0..COINS).map(|_| stream.bytes()).collect();
    let mut blind = |input| VoprfClient::<Suite>::blind(input, &mut stream.generator()).or_fail("blinding");
    let blinded = inputs.iter().map(|input| blind(input)).collect::<Result<Vec<_>, _>>()?;
    let (clients, messages): (Vec<_>, Vec<_>) = blinded.into_iter().map(|blind| (blind.state, blind.message)).unzip();
    let done = server.batch_blind_evaluate(&mut stream.generator(), &messages).or_fail("evaluating")?;
    let inputs: Vec<&[u8]> = inputs.iter().map(|input| &input[..]).collect();
    let key = server.get_public_key();
    let outputs = VoprfClient::batch_finalize(&inputs, &clients, &done.messages, &done.proof, key);
    for (input, output) in inputs.iter().zip(outputs.or_fail("finalizing")?) {
        let evaluated = server.evaluate(input).or_fail("evaluating")?;
        ensure(evaluated == output.or_fail("finalizing")?, "a VOPRF's server and client disagree")?;
    }
    Ok(())
}
