package io.keymoot.flatkeying.key;

import static io.keymoot.flatkeying.key.Samples.CONTEXT;
import static io.keymoot.flatkeying.key.Samples.GROUP;
import static io.keymoot.flatkeying.key.Samples.assertFails;
import static io.keymoot.flatkeying.key.Samples.assertOpens;
import static io.keymoot.flatkeying.key.Samples.flipped;
import static io.keymoot.flatkeying.key.Samples.hash;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.SeededEntropy;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.crypto.Opening;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.StayId;
import io.keymoot.flatkeying.key.Handshake.Answer;
import io.keymoot.flatkeying.key.Handshake.Offer;
import io.keymoot.flatkeying.key.Session.Sealed;
import io.keymoot.flatkeying.key.Session.Taken;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/**
 * What two ends of a session can say to each other, whatever is lost, late or sent twice.
 *
 * <p>In one file because each story is a few lines over the same two ends.
 */
class SessionTest {
  private final Entropy entropy = new SeededEntropy(40);

  /** One end of a session; low's stay is the lower. */
  private final class End {
    final StayId stay;
    final LeafKeyPair leaf = LeafKeyPair.generate(entropy);
    Session session;
    private final StayId other;

    End(String stay, String other) {
      this.stay = new StayId(new Hash32(Long.parseLong(stay), 0, 0, 0));
      this.other = new StayId(new Hash32(Long.parseLong(other), 0, 0, 0));
      this.session = new Session(GROUP, this.stay, this.other);
    }

    Sent seal(End to) {
      return seal(to, CONTEXT);
    }

    Sent seal(End to, Hash32 context) {
      EpochSecret secret = EpochSecret.fresh(entropy);
      Sealed sealed = session.seal(secret, context, to.leaf.publicKey(), entropy);
      return new Sent(secret, context, sealed);
    }

    Unwrapped open(Sent sent) {
      return session.open(sent.sealed.seal(), sent.context, sent.secret.commitment());
    }

    void opens(Sent sent) {
      assertOpens(open(sent), sent.secret);
    }

    void cannotOpen(Sent sent) {
      assertFails(open(sent));
    }

    Answer answer(Offer offer) {
      return ((Taken.Reply) session.take(offer, leaf, entropy)).message();
    }

    void losesItsState() {
      session.close();
      session = new Session(GROUP, stay, other);
    }
  }

  private record Sent(EpochSecret secret, Hash32 context, Sealed sealed) {
    Offer offer() {
      return sealed.offer().orElseThrow();
    }

    boolean hasNoOffer() {
      return sealed.offer().isEmpty();
    }
  }

  private final End low = new End("1", "2");
  private final End high = new End("2", "1");

  private void settle(End offerer, End answerer) {
    Sent first = offerer.seal(answerer);
    assertThat(offerer.session.take(answerer.answer(first.offer()))).isTrue();
    answerer.opens(first);
    answerer.opens(offerer.seal(answerer));
  }

  // ---- the handshake

  @Test
  void theFirstNeedIsServedAtOnceWithTheOffer() {
    Sent first = low.seal(high);
    Answer unused = high.answer(first.offer());

    high.opens(first);
    assertThat(first.sealed.seal().sealed().length()).isEqualTo(48);
    assertThat(unused.encapsulation().length()).isEqualTo(1_120);
  }

  @Test
  void beforeTheAnswerArrivesTheOffererSealsOn() {
    Sent first = low.seal(high);
    Answer answer = high.answer(first.offer());
    Sent second = low.seal(high);
    Sent third = low.seal(high);
    assertThat(second.offer()).isEqualTo(first.offer());
    assertThat(low.session.sealsAtOnce()).isFalse();
    high.opens(first);
    high.opens(second);
    assertThat(low.session.take(answer)).isTrue();
    Sent fourth = low.seal(high);

    high.opens(fourth);
    high.opens(third);
  }

  /** Both ways, with no offer along. */
  private void talkInShort(int times) {
    for (int i = 0; i < times; i++) {
      Sent there = low.seal(high);
      Sent back = high.seal(low);
      assertThat(there.hasNoOffer() && back.hasNoOffer()).isTrue();
      high.opens(there);
      low.opens(back);
    }
    bothAreSettled();
  }

  @Test
  void afterTheHandshakeBothEndsSealInFortyEightBytes() {
    settle(low, high);
    talkInShort(200);
  }

  @Test
  void theAnswererSealsAtOnceAndTheOffererOpensOnceItHasTheAnswer() {
    Sent first = low.seal(high);
    Answer answer = high.answer(first.offer());
    Sent early = high.seal(low);
    low.cannotOpen(early);
    assertThat(low.session.take(answer)).isTrue();

    low.opens(early);
  }

  @Test
  void aLostAnswerIsMadeAgainFromTheSameOffer() {
    Sent first = low.seal(high);
    Answer lost = high.answer(first.offer());
    high.opens(first);
    Sent second = low.seal(high);
    high.opens(second);
    Answer again = high.answer(second.offer());

    assertThat(again).isEqualTo(lost);
    assertThat(low.session.take(again)).isTrue();
    high.opens(low.seal(high));
    low.opens(high.seal(low));
    bothAreSettled();
  }

  /** It was asleep when the first seal came: the next one brings the Offer again. */
  @Test
  void whoeverMissedTheFirstSealOpensTheSecond() {
    Sent missed = low.seal(high);
    Sent second = low.seal(high);
    Answer answer = high.answer(second.offer());
    high.opens(second);
    assertThat(low.session.take(answer)).isTrue();
    high.opens(low.seal(high));
    // Late, but not too late.
    high.opens(missed);
    low.opens(high.seal(low));
    bothAreSettled();
  }

  private void bothAreSettled() {
    assertThat(low.session.toString()).contains("settled");
    assertThat(high.session.toString()).contains("settled");
  }

  @Test
  void everythingFollowsFromTheEntropy() {
    Sent one = new SessionTest().low.seal(high);
    Sent two = new SessionTest().low.seal(high);

    assertThat(two.sealed).isEqualTo(one.sealed);
  }

  @Test
  void anAnswerSettlesItsOwnOfferOnceAndNoOther() {
    Answer answer = high.answer(low.seal(high).offer());
    low.losesItsState();
    assertThat(low.session.take(answer)).isFalse();
    Sent again = low.seal(high);
    assertThat(low.session.take(answer)).isFalse();
    Answer right = high.answer(again.offer());

    assertThat(low.session.take(right)).isTrue();
    assertThat(low.session.take(right)).isFalse();
    high.opens(low.seal(high));
  }

  @Test
  void aForgedAnswerChangesNothing() {
    Answer answer = high.answer(low.seal(high).offer());
    for (int index : List.of(0, 1_087, 1_088, 1_119)) {
      assertThat(
              low.session.take(
                  new Answer(flipped(answer.encapsulation(), index), answer.confirmation())))
          .isFalse();
    }
    for (int index = 0; index < 32; index++) {
      assertThat(
              low.session.take(
                  new Answer(answer.encapsulation(), flipped(answer.confirmation(), index))))
          .isFalse();
    }
    assertThat(low.session.take(answer)).isTrue();
  }

  @Test
  void aForgedOfferChangesNothing() {
    settle(low, high);
    low.losesItsState();
    Offer offer = low.seal(high).offer();
    List<Offer> forged = new ArrayList<>();
    for (int index : List.of(0, 700, 1_184, 1_215)) {
      forged.add(
          new Offer(flipped(offer.ephemeral(), index), offer.encapsulation(), offer.proof()));
    }
    for (int index : List.of(0, 1_087, 1_088, 1_119)) {
      forged.add(
          new Offer(offer.ephemeral(), flipped(offer.encapsulation(), index), offer.proof()));
    }
    forged.add(new Offer(offer.ephemeral(), offer.encapsulation(), flipped(offer.proof(), 15)));
    byte[] noKey = new byte[1_216];
    Arrays.fill(noKey, (byte) 0xff);
    forged.add(new Offer(Bytes.of(noKey), offer.encapsulation(), offer.proof()));

    List<byte[]> before = Capture.bytesIn(high.session);
    for (Offer each : forged) {
      assertThat(high.session.take(each, high.leaf, entropy)).isInstanceOf(Taken.Refused.class);
    }
    assertThat(Capture.bytesIn(high.session)).usingRecursiveComparison().isEqualTo(before);
  }

  @Test
  void anOfferIsForOneGroupOnePairOfStaysAndOneLeafKey() {
    Offer offer = low.seal(high).offer();
    StayId third = new StayId(hash("third"));
    GroupId another = new GroupId(hash("another group"));
    List<Session> wrong =
        List.of(
            new Session(another, high.stay, low.stay),
            new Session(GROUP, third, low.stay),
            new Session(GROUP, high.stay, third),
            new Session(GROUP, low.stay, high.stay));
    for (Session session : wrong) {
      assertThat(session.take(offer, high.leaf, entropy)).isInstanceOf(Taken.Refused.class);
    }
    assertThat(high.session.take(offer, low.leaf, entropy)).isInstanceOf(Taken.Refused.class);
    assertThat(high.session.take(offer, high.leaf, entropy)).isInstanceOf(Taken.Reply.class);
  }

  // ---- crossing

  @Test
  void ofTwoOffersThatCrossTheLowerStaysStandsAndBothFirstSealsOpen() {
    Sent fromLow = low.seal(high);
    Sent fromHigh = high.seal(low);
    Sent moreFromHigh = high.seal(low);
    Answer unwanted = low.answer(fromHigh.offer());
    Answer toLow = high.answer(fromLow.offer());

    assertThat(high.session.take(unwanted)).isFalse();
    low.opens(fromHigh);
    high.opens(fromLow);
    assertThat(low.session.take(toLow)).isTrue();
    low.opens(moreFromHigh);
    high.opens(low.seal(high));
    low.opens(high.seal(low));
    bothAreSettled();
  }

  /** Or the higher end's seals would bring an Offer each, until the lower end has one to send. */
  @Test
  void crossedOffersSettleAtOnceAlsoWhenTheLowerStaysWasLost() {
    Sent lost = low.seal(high);
    Sent fromHigh = high.seal(low);
    assertThat(high.session.take(low.answer(fromHigh.offer()))).isTrue();
    low.opens(fromHigh);
    high.cannotOpen(lost);

    Sent next = high.seal(low);
    assertThat(next.hasNoOffer()).isTrue();
    low.opens(next);
    Sent back = low.seal(high);
    assertThat(back.hasNoOffer()).isTrue();
    high.opens(back);
    bothAreSettled();
  }

  /** Each has answered the other; whichever Answer came first, the lower stay's stands. */
  @Test
  void crossedOffersThatAreBothAnsweredBecomeOneSession() {
    Sent fromLow = low.seal(high);
    Sent fromHigh = high.seal(low);
    assertThat(high.session.take(low.answer(fromHigh.offer()))).isTrue();
    Sent early = high.seal(low);
    // Its own Offer goes along as long as it may be the first that is heard.
    Sent again = low.seal(high);
    assertThat(again.offer()).isEqualTo(fromLow.offer());
    assertThat(low.session.take(high.answer(again.offer()))).isTrue();
    high.opens(fromLow);
    high.opens(again);
    low.opens(early);
    talkInShort(2 * Session.LINGER_SEALS);
  }

  @Test
  void crossedOffersSettleAlsoWhenTheWithdrawnOneComesLate() {
    Sent fromLow = low.seal(high);
    Sent fromHigh = high.seal(low);
    assertThat(low.session.take(high.answer(fromLow.offer()))).isTrue();
    high.opens(low.seal(high));
    // The Answer overtook high's Offer; the answer to that comes too late to be wanted.
    Answer unwanted = low.answer(fromHigh.offer());

    low.opens(fromHigh);
    assertThat(high.session.take(unwanted)).isFalse();
    for (int i = 0; i < 20; i++) {
      high.opens(low.seal(high));
      low.opens(high.seal(low));
    }
  }

  /** Whatever is lost, delayed or repeated: when all has been sent again, both ends understand. */
  @Test
  void anyOrderOfLossesAndDelaysSettles() {
    for (int seed = 0; seed < 150; seed++) {
      SeededEntropy dice = new SeededEntropy(1_000 + seed);
      End[] ends = {new End("1", "2"), new End("2", "1")};
      List<Runnable> network = new ArrayList<>();
      for (int step = 0; step < 30; step++) {
        int from = dice.bytes(1)[0] & 1;
        End sender = ends[from];
        End receiver = ends[1 - from];
        switch (dice.bytes(1)[0] & 3) {
          case 0 -> {
            Sent sent = sender.seal(receiver);
            sent.sealed.offer().ifPresent(offer -> carry(network, offer, sender, receiver));
            network.add(() -> receiver.open(sent));
          }
          default -> {
            if (!network.isEmpty()) {
              Runnable message = network.get((dice.bytes(1)[0] & 0xff) % network.size());
              int fate = dice.bytes(1)[0] & 3;
              if (fate != 0) {
                message.run();
              }
              if (fate != 1) {
                network.remove(message);
              }
            }
          }
        }
      }
      for (int round = 0; round < 4; round++) {
        for (int from = 0; from < 2; from++) {
          End sender = ends[from];
          End receiver = ends[1 - from];
          List<Runnable> calm = new ArrayList<>();
          Sent sent = sender.seal(receiver);
          sent.sealed.offer().ifPresent(each -> carry(calm, each, sender, receiver));
          while (!calm.isEmpty()) {
            calm.removeFirst().run();
          }
          if (round > 1) {
            receiver.opens(sent);
            assertThat(sent.hasNoOffer()).isTrue();
          } else {
            Unwrapped unused = receiver.open(sent);
          }
        }
      }
      assertThat(ends[0].session.toString()).contains("settled");
      assertThat(ends[1].session.toString()).contains("settled");
    }
  }

  private void carry(List<Runnable> network, Handshake message, End from, End to) {
    network.add(
        () -> {
          switch (message) {
            case Offer offer -> {
              if (to.session.take(offer, to.leaf, entropy) instanceof Taken.Reply reply) {
                carry(network, reply.message(), to, from);
              }
            }
            case Answer answer -> {
              boolean unused = to.session.take(answer);
            }
          }
        });
  }

  // ---- seals lost, late, repeated, forged

  @Test
  void sealsOpenInAnyOrderAndEachOnce() {
    settle(low, high);
    List<Sent> sent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sent.add(low.seal(high));
    }
    for (int i : List.of(3, 19, 0, 7, 18, 1, 2)) {
      high.opens(sent.get(i));
      high.cannotOpen(sent.get(i));
    }
    for (int i : List.of(3, 19, 0, 7, 18, 1, 2)) {
      high.cannotOpen(sent.get(i));
    }
    high.opens(sent.get(10));
  }

  @Test
  void afterManyLostSealsTheNextOpensAndOnlySoManyOfTheLostMayStillCome() {
    settle(low, high);
    List<Sent> lost = new ArrayList<>();
    for (int i = 0; i < Limits.SEALS_AHEAD; i++) {
      lost.add(low.seal(high));
    }
    high.opens(low.seal(high));

    int kept = lost.size() - Limits.SKIPPED_SEALS;
    high.cannotOpen(lost.get(kept - 1));
    high.opens(lost.get(kept));
    high.opens(lost.getLast());
  }

  @Test
  void aSealTooFarAheadDoesNotOpen() {
    settle(low, high);
    Sent next = low.seal(high);
    for (int i = 0; i < Limits.SEALS_AHEAD; i++) {
      low.seal(high);
    }
    Sent far = low.seal(high);

    high.cannotOpen(far);
    high.opens(next);
    high.opens(far);
  }

  @Test
  void theKeysKeptForLateSealsAreBoundedOverManyGaps() {
    byte[] key = entropy.bytes(32);
    SendChain send = new SendChain(key.clone());
    ReceiveChain receive = new ReceiveChain(key.clone());
    for (int i = 0; i < 300; i++) {
      Seal seal = send.seal(EpochSecret.fresh(entropy), CONTEXT);
      if (i % 3 == 0) {
        var unused = receive.open(seal, CONTEXT);
      }
    }
    assertThat(receive.skippedKeys()).isEqualTo(Limits.SKIPPED_SEALS);
  }

  @Test
  void everyChainKeyIsOverwrittenWhenTheChainStepsAndSoIsEachKeyOfALateSeal() {
    byte[] key = entropy.bytes(32);
    SendChain send = new SendChain(key.clone());
    ReceiveChain receive = new ReceiveChain(key.clone());
    List<byte[]> before = new ArrayList<>(Capture.arraysIn(send));
    before.addAll(Capture.arraysIn(receive));
    Seal late = send.seal(EpochSecret.fresh(entropy), CONTEXT);
    Seal next = send.seal(EpochSecret.fresh(entropy), CONTEXT);
    assertThat(receive.open(next, CONTEXT)).isInstanceOf(Opening.Opened.class);
    List<byte[]> waiting = Capture.arraysIn(receive);
    assertThat(receive.open(late, CONTEXT)).isInstanceOf(Opening.Opened.class);

    assertThat(before).hasSize(2).allSatisfy(each -> assertThat(each).containsOnly(0));
    assertThat(waiting).hasSize(2).anySatisfy(each -> assertThat(each).containsOnly(0));
  }

  @Test
  void aForgedSealChangesNothing() {
    settle(low, high);
    Sent sent = low.seal(high);
    Seal seal = sent.sealed.seal();
    Hash32 commitment = sent.secret.commitment();
    List<byte[]> before = Capture.bytesIn(high.session);

    for (int index = 0; index < 48; index++) {
      assertFails(
          high.session.open(
              new Seal(seal.position(), flipped(seal.sealed(), index)), CONTEXT, commitment));
    }
    for (int position : List.of(0, 1, 2, 3, 500, 65_535)) {
      if (position != seal.position()) {
        assertFails(high.session.open(new Seal(position, seal.sealed()), CONTEXT, commitment));
      }
    }
    assertFails(high.session.open(seal, hash("another Rekey"), commitment));
    assertThat(Capture.bytesIn(high.session)).usingRecursiveComparison().isEqualTo(before);
    high.opens(sent);
  }

  @Test
  void aSealOfAnotherSecretThanTheRekeysIsRefused() {
    settle(low, high);
    Sent sent = low.seal(high);

    assertFails(
        high.session.open(sent.sealed.seal(), CONTEXT, EpochSecret.fresh(entropy).commitment()));
  }

  @Test
  void theTwoDirectionsHaveChainsOfTheirOwn() {
    settle(low, high);
    Sent sent = low.seal(high);

    low.cannotOpen(sent);
    high.opens(sent);
  }

  @Test
  void anOfferSentAgainBringsNoSealBack() {
    Sent first = low.seal(high);
    Answer answer = high.answer(first.offer());
    high.opens(first);
    assertThat(high.answer(first.offer())).isEqualTo(answer);
    high.cannotOpen(first);
    assertThat(low.session.take(answer)).isTrue();
    high.opens(low.seal(high));

    assertThat(high.session.take(first.offer(), high.leaf, entropy))
        .isInstanceOf(Taken.Known.class);
    high.cannotOpen(first);
    low.opens(high.seal(low));
  }

  /** Somebody replays an Offer that high has forgotten: the working session goes on. */
  @Test
  void aHandshakeInProgressDoesNotTakeThePlaceOfASessionThatWorks() {
    Sent old = low.seal(high);
    high.losesItsState();
    low.losesItsState();
    settle(low, high);
    Answer toNobody = high.answer(old.offer());

    assertThat(low.session.take(toNobody)).isFalse();
    for (int i = 0; i < 20; i++) {
      low.opens(high.seal(low));
      high.opens(low.seal(high));
    }
  }

  @Test
  void whoLostItsStateOffersAnewAndIsUnderstoodAtOnce() {
    settle(low, high);
    high.losesItsState();
    high.cannotOpen(low.seal(high));
    Sent anew = high.seal(low);
    assertThat(high.session.take(low.answer(anew.offer()))).isTrue();
    low.opens(anew);
    low.opens(high.seal(low));

    high.opens(low.seal(high));
  }

  @Test
  void whatTheOtherEndCouldNotOpenIsNotSealedUnderAgainAndTheRestStays() {
    settle(low, high);
    high.losesItsState();
    Hash32 first = hash("first");
    high.cannotOpen(low.seal(high, first));
    Sent anew = high.seal(low);
    assertThat(high.session.take(low.answer(anew.offer()))).isTrue();
    // Only now low hears of it: what they agreed on since stays.
    low.session.failed(first);
    low.opens(high.seal(low));
    Sent next = low.seal(high);
    assertThat(next.hasNoOffer()).isTrue();
    high.opens(next);
    // And once more, as anybody can play it back.
    low.session.failed(first);
    assertThat(low.session.sealsAtOnce()).isTrue();
  }

  @Test
  void whoNeverHadTheAnswerIsOfferedAnew() {
    Sent first = low.seal(high);
    Answer lost = high.answer(first.offer());
    high.opens(first);
    Hash32 failed = hash("failed");
    Sent unread = high.seal(low, failed);
    assertThat(unread.hasNoOffer()).isTrue();
    low.cannotOpen(unread);
    high.session.failed(failed);
    Sent anew = high.seal(low);
    assertThat(high.session.take(low.answer(anew.offer()))).isTrue();
    low.opens(anew);
    low.opens(high.seal(low));
    high.opens(low.seal(high));
    assertThat(low.session.take(lost)).isFalse();
  }

  /**
   * Two ends lost hold of each other, and each hears only later what of its seals did not open.
   *
   * @param authors in turn, L and H
   * @param late so many seals
   */
  private boolean findTogether(String authors, int late, BiConsumer<End, Sent> atFailure) {
    End[] ends = {new End("1", "2"), new End("2", "1")};
    settle(ends[0], ends[1]);
    ends[1].losesItsState();
    Deque<Runnable> news = new ArrayDeque<>();
    int good = 0;
    for (int i = 0; i < 10 * authors.length(); i++) {
      End by = ends[authors.charAt(i % authors.length()) == 'L' ? 0 : 1];
      End to = by == ends[0] ? ends[1] : ends[0];
      Sent sent = by.seal(to, hash("seal " + i));
      if (sent.sealed.offer().isPresent()
          && to.session.take(sent.offer(), to.leaf, entropy) instanceof Taken.Reply reply) {
        by.session.take(reply.message());
      }
      boolean opens = to.open(sent) instanceof Unwrapped.Opened;
      good = opens && sent.hasNoOffer() ? good + 1 : 0;
      news.addLast(opens ? () -> {} : () -> atFailure.accept(by, sent));
      if (news.size() > late) {
        news.removeFirst().run();
      }
    }
    return good >= 2 * authors.length();
  }

  private List<String> whoDoNotFindTogether(BiConsumer<End, Sent> atFailure) {
    List<String> lost = new ArrayList<>();
    for (int late = 0; late < 4; late++) {
      for (int orders = 1; orders < 15; orders++) {
        String authors =
            Integer.toBinaryString(16 + orders).substring(1).replace('0', 'L').replace('1', 'H');
        if (!findTogether(authors, late, atFailure)) {
          lost.add(authors + " " + late);
        }
      }
    }
    return lost;
  }

  @Test
  void endsThatLostHoldOfEachOtherFindTogetherWhoeverAuthorsInWhateverOrder() {
    assertThat(whoDoNotFindTogether((end, sent) -> end.session.failed(sent.context))).isEmpty();
  }

  @Test
  void whereAllIsDroppedForOneSealThatFailedTheyGoOnDroppingWhatTheOtherMade() {
    assertThat(whoDoNotFindTogether((end, sent) -> end.losesItsState())).isNotEmpty();
  }

  @Test
  void aSpentChainMakesANewOfferAndTheSessionGoesOn() {
    settle(low, high);
    Sent sent = low.seal(high);
    while (sent.hasNoOffer()) {
      if (sent.sealed.seal().position() % Limits.SEALS_AHEAD == 0) {
        high.opens(sent);
      }
      sent = low.seal(high);
    }
    assertThat(low.session.take(high.answer(sent.offer()))).isTrue();

    high.opens(sent);
    high.opens(low.seal(high));
    low.opens(high.seal(low));
  }

  @Test
  void whatTheOtherEndNoLongerUsesIsWipedAfterAFewSeals() {
    Sent first = low.seal(high);
    Sent late = low.seal(high);
    Answer answer = high.answer(first.offer());
    high.opens(first);
    assertThat(low.session.take(answer)).isTrue();
    for (int i = 0; i <= Session.LINGER_SEALS; i++) {
      high.opens(low.seal(high));
    }
    high.cannotOpen(late);
  }

  // ---- the end

  @Test
  void aClosedSessionHoldsOnlyZerosAndIsNotUsed() {
    settle(low, high);
    low.losesItsState();
    Sent sent = low.seal(high);
    Sent skipped = high.seal(low);
    high.answer(sent.offer());
    assertThat(skipped.hasNoOffer()).isTrue();
    for (End end : List.of(low, high)) {
      List<byte[]> arrays = Capture.arraysIn(end.session);
      assertThat(arrays)
          .isNotEmpty()
          .anySatisfy(each -> assertThat(each).isNotEqualTo(new byte[32]));
      end.session.close();
      assertThat(arrays).allSatisfy(each -> assertThat(each).containsOnly(0));
      assertThat(Capture.arraysIn(end.session)).isEmpty();
    }

    assertThatThrownBy(() -> high.open(sent)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> low.seal(high)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> high.answer(sent.offer())).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> low.session.take(new Answer(Bytes.of(new byte[1_120]), Bytes.EMPTY)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(low.session.toString()).endsWith(", closed)");
  }

  @Test
  void handshakesAndSealsReadBackAsTheyWereWritten() {
    Sent sent = low.seal(high);
    Answer answer = high.answer(sent.offer());
    WireWriter offers = new WireWriter();
    sent.offer().write(offers);
    WireWriter answers = new WireWriter();
    answer.write(answers);
    WireWriter seals = new WireWriter();
    sent.sealed.seal().write(seals);

    assertThat(offers.length()).isEqualTo(Offer.BYTES);
    assertThat(answers.length()).isEqualTo(Answer.BYTES);
    assertThat(seals.length()).isEqualTo(Seal.BYTES);
    assertThat(Decoded.all(offers.toBytes(), Offer::read))
        .isEqualTo(new Decoded.Ok<>(sent.offer()));
    assertThat(Decoded.all(answers.toBytes(), Answer::read)).isEqualTo(new Decoded.Ok<>(answer));
    assertThat(Decoded.all(seals.toBytes(), Seal::read))
        .isEqualTo(new Decoded.Ok<>(sent.sealed.seal()));
  }
}
