package io.keymoot.flatkeying.key;

import static io.keymoot.flatkeying.key.Samples.CONTEXT;
import static io.keymoot.flatkeying.key.Samples.GROUP;
import static io.keymoot.flatkeying.key.Samples.hash;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.crypto.Aead;
import io.keymoot.flatkeying.crypto.Hkdf;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.Opening;
import io.keymoot.flatkeying.crypto.SharedSecret;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.key.Handshake.Answer;
import io.keymoot.flatkeying.key.Handshake.Offer;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What somebody gets who recorded all traffic and then takes a device. Each test also shows that
 * the same thief succeeds a little earlier, so that it cannot pass for want of skill.
 */
class SessionSecrecyTest {
  private final Entropy entropy = new SeededEntropy(60);
  private final StayId annasStay = new StayId(hash("anna's stay"));
  private final StayId bertsStay = new StayId(hash("bert's stay"));
  private final LeafKeyPair annasLeaf = LeafKeyPair.generate(entropy);
  private final LeafKeyPair bertsLeaf = LeafKeyPair.generate(entropy);
  private final Session anna = new Session(GROUP, annasStay, bertsStay);
  private final Session bert = new Session(GROUP, bertsStay, annasStay);
  private final List<Seal> recorded = new ArrayList<>();

  private Session.Sealed seal(Session from, Session to, LeafKeyPair leaf) {
    EpochSecret secret = EpochSecret.fresh(entropy);
    Session.Sealed sealed = from.seal(secret, CONTEXT, leaf.publicKey(), entropy);
    recorded.add(sealed.seal());
    var unused = to.open(sealed.seal(), CONTEXT, secret.commitment());
    return sealed;
  }

  /** Tries each array as the key of the one seal, and as a chain key with steps ahead. */
  private static boolean opensWith(List<byte[]> keys, Seal seal) {
    for (byte[] key : keys) {
      if (key.length != 32) {
        continue;
      }
      if (openOnce(key, seal)) {
        return true;
      }
      byte[] chain = key.clone();
      for (int step = 0; step < 40; step++) {
        if (openOnce(SendChain.sealKey(chain), seal)) {
          return true;
        }
        chain = SendChain.stepped(chain);
      }
    }
    return false;
  }

  private static boolean openOnce(byte[] key, Seal seal) {
    return Aead.openOnce(key, CONTEXT.toArray(), seal.sealed().toArray()) instanceof Opening.Opened;
  }

  private List<byte[]> bothDevices() {
    List<byte[]> all = new ArrayList<>(Capture.bytesIn(anna));
    all.addAll(Capture.bytesIn(bert));
    return all;
  }

  private Answer settle() {
    Offer offer = seal(anna, bert, bertsLeaf).offer().orElseThrow();
    Answer answer = ((Session.Taken.Reply) bert.take(offer, bertsLeaf, entropy)).message();
    assertThat(anna.take(answer)).isTrue();
    recorded.clear();
    return answer;
  }

  @Test
  void whoTakesADeviceOpensNoSealThatWasOpenedBefore() {
    Answer unused = settle();
    List<byte[]> before = bothDevices();
    for (int i = 0; i < 20; i++) {
      var there = seal(anna, bert, bertsLeaf);
      var back = seal(bert, anna, annasLeaf);
    }
    List<byte[]> after = bothDevices();

    assertThat(recorded).hasSize(40);
    assertThat(recorded).allSatisfy(seal -> assertThat(opensWith(before, seal)).isTrue());
    assertThat(recorded).allSatisfy(seal -> assertThat(opensWith(after, seal)).isFalse());
  }

  @Test
  void ofSealsThatAreStillAwaitedTheThiefOpensThoseAndNoOthers() {
    Answer unused = settle();
    EpochSecret late = EpochSecret.fresh(entropy);
    Seal awaited = anna.seal(late, CONTEXT, bertsLeaf.publicKey(), entropy).seal();
    for (int i = 0; i < 5; i++) {
      var later = seal(anna, bert, bertsLeaf);
    }
    assertThat(opensWith(bothDevices(), awaited)).isTrue();
    assertThat(recorded).allSatisfy(seal -> assertThat(opensWith(bothDevices(), seal)).isFalse());
    var opened = bert.open(awaited, CONTEXT, late.commitment());

    assertThat(opened).isInstanceOf(Unwrapped.Opened.class);
    assertThat(opensWith(bothDevices(), awaited)).isFalse();
  }

  /** With the leaf key come the half-open seals; the settled session has ephemeral keys in it. */
  @Test
  void whoTakesTheLeafKeyLaterOpensNoSealOfASettledSession() {
    EpochSecret first = EpochSecret.fresh(entropy);
    Session.Sealed opening = anna.seal(first, CONTEXT, bertsLeaf.publicKey(), entropy);
    Offer offer = opening.offer().orElseThrow();
    LeafKeyPair ephemeral = Capture.of(LeafKeyPair.class, anna);
    List<byte[]> inside = Capture.arraysIn(ephemeral);
    Answer answer = ((Session.Taken.Reply) bert.take(offer, bertsLeaf, entropy)).message();
    // As the thief has it who takes Anna's device now; when she has the Answer it is wiped.
    List<byte[]> early = rootsFrom(offer, answer, List.of(secretOf(ephemeral, answer)));
    assertThat(anna.take(answer)).isTrue();
    for (int i = 0; i < 5; i++) {
      var there = seal(anna, bert, bertsLeaf);
      var back = seal(bert, anna, annasLeaf);
    }
    List<byte[]> captured = bothDevices();
    List<byte[]> roots = rootsFrom(offer, answer, captured);

    assertThat(opensWith(halfOpenFromLeaf(offer), opening.seal())).isTrue();
    assertThat(recorded).allSatisfy(seal -> assertThat(opensWith(early, seal)).isTrue());
    assertThat(recorded).allSatisfy(seal -> assertThat(opensWith(roots, seal)).isFalse());
    assertThat(recorded).allSatisfy(seal -> assertThat(opensWith(captured, seal)).isFalse());
    assertThat(inside).isNotEmpty().allSatisfy(each -> assertThat(each).containsOnly(0));
  }

  private SessionKeys.Early fromLeaf(Offer offer) {
    Hash32 offered =
        SessionKeys.offered(
            GROUP,
            annasStay,
            bertsStay,
            bertsLeaf.publicKey(),
            offer.ephemeral(),
            offer.encapsulation());
    return new SessionKeys.Early(bertsLeaf.decapsulate(offer.encapsulation()), offered);
  }

  private List<byte[]> halfOpenFromLeaf(Offer offer) {
    return List.of(fromLeaf(offer).halfOpenChain());
  }

  /** All chains of all roots that the leaf key and one of the given secrets would make. */
  private List<byte[]> rootsFrom(Offer offer, Answer answer, List<byte[]> secrets) {
    List<byte[]> chains = new ArrayList<>();
    for (byte[] secret : secrets) {
      SessionKeys.Early early = fromLeaf(offer);
      byte[] key = Capture.arraysIn(early).getFirst();
      byte[] root = Hkdf.extract(key, secret);
      SessionKeys.Full full =
          new SessionKeys.Full(root, SessionKeys.answered(early.offered, answer.encapsulation()));
      chains.add(full.offererChain());
      chains.add(full.answererChain());
    }
    return chains;
  }

  private static byte[] secretOf(LeafKeyPair ephemeral, Answer answer) {
    SharedSecret secret = ephemeral.decapsulate(answer.encapsulation());
    return Capture.arraysIn(secret).getFirst();
  }

  @Test
  void aRecordedSealIsOfNoUseToTheOtherMembers() {
    Answer unused = settle();
    var sent = seal(anna, bert, bertsLeaf);
    Session carol = new Session(GROUP, new StayId(hash("carol's stay")), annasStay);

    assertThat(carol.open(sent.seal(), CONTEXT, hash("any"))).isInstanceOf(Unwrapped.Failed.class);
  }
}
