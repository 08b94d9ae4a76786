package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static io.keymoot.peer.Village.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.AdmissionLimits;
import io.keymoot.admission.Question;
import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.LeafKeyPair;
import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.fact.FactWriter;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.fact.JoinRequest;
import io.keymoot.flatkeying.fact.MessageType;
import io.keymoot.flatkeying.fact.SignedJoinRequest;
import io.keymoot.flatkeying.message.JoinAsk;
import io.keymoot.flatkeying.message.SideCodec;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Village.Device;
import io.keymoot.peer.Village.Resident;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One question has several who wait for its answer, and each of them gets it. */
class AskedAgainTest {
  private final Village village = new Village(16);

  private Resident found(String policy) {
    return village.found(
        village.device("anna"), ANYBODY_ADMITS_CHAIR_EXPELS, village.certified(), policy);
  }

  private static Device startedAgain(Device device, String name) {
    return new Device(name, device.key(), device.credential());
  }

  private static boolean isA(MessageType type, Bytes message) {
    return SideCodec.typeOf(message).equals(Optional.of(type));
  }

  // ---- a newcomer

  @Test
  void whoRestartsWhileItsQuestionWaitsIsLetInAndItsDeadProcessIsNot() {
    Resident anna = found(policy("{ask: chair}", "nobody"));
    Device device = village.device("ben");
    Resident ben = village.join(device, OPEN);
    village.run(5_000);
    Pending first = anna.onlyQuestion();
    assertThat(first.member()).isEqualTo(ben.id());
    ben.isDown = true;
    Resident again = village.join(startedAgain(device, "ben again"), OPEN);
    village.run(5_000);

    Pending question = anna.onlyQuestion();
    assertThat(question.ticket()).isEqualTo(first.ticket());
    assertThat(question.member()).isEqualTo(again.id());
    assertThat(anna.did(PeerEffect.PolicyWaits.class)).as("people are asked once").hasSize(1);
    anna.step(new PeerInput.Answer(question.ticket(), true, "anna"));
    village.run(5_000);

    assertThat(again.isIn()).isTrue();
    assertThat(anna.peer.keying().state().person(ben.id())).isEmpty();
    assertThat(village.misunderstandings()).isEmpty();
  }

  @Test
  void whoRestartsWhileItsQuestionWaitsIsTurnedAwayOnceForAll() {
    Resident anna = found(policy("{ask: chair}", "nobody"));
    Device device = village.device("ben");
    Resident ben = village.join(device, OPEN);
    village.run(5_000);
    ben.isDown = true;
    Resident again = village.join(startedAgain(device, "ben again"), OPEN);
    village.run(5_000);
    anna.step(new PeerInput.Answer(anna.onlyQuestion().ticket(), false, "anna"));
    village.run(60_000);

    assertThat(again.isIn()).isFalse();
    assertThat(anna.view().waiting()).isEmpty();
    assertThat(anna.did(PeerEffect.PolicyWaits.class)).hasSize(1);
  }

  /** Without a bound for each device it would fill the queue, and nobody else would be heard. */
  @Test
  void aDeviceThatMakesRequestAfterRequestWhileItsQuestionWaitsKeepsNobodyOut() {
    Resident anna = found(policy("{any: [{certificate: 'cn=cora'}, {ask: chair}]}", "nobody"));
    Device device = village.device("mallory");
    Address from = new Address(Bytes.fromHex("66"));
    GroupId group = anna.peer.keying().group();
    int requests = 5_000;
    assertThat(requests).isGreaterThan(Limits.ADMIT_QUEUE);
    try (LeafKeyPair leaf = LeafKeyPair.generate(village.entropy())) {
      Bytes leafKey = leaf.publicKey().bytes();
      for (int i = 0; i < requests; i++) {
        byte[] nonce = new byte[JoinRequest.NONCE_BYTES];
        nonce[0] = (byte) i;
        nonce[1] = (byte) (i >> 8);
        SignedJoinRequest request =
            FactWriter.joinRequest(
                device.key(),
                group,
                device.credential().sha256(),
                leafKey.sha256(),
                Bytes.owning(nonce),
                new FactId(group.hash()));
        JoinAsk ask = new JoinAsk(request, device.credential(), leafKey, false);
        anna.step(new PeerInput.Received(from, SideCodec.encode(ask)));
      }
    }
    assertThat(anna.view().waiting()).hasSize(1);
    Resident cora = village.join(village.device("cora"), OPEN);
    village.run(10_000);
    assertThat(cora.isIn()).isTrue();
  }

  @Test
  void whoComesBackWhenItsQuestionIsJustOverdueIsAskedAboutAnew() {
    Resident anna = found(policy("{ask: chair}", "nobody"));
    Resident ben = village.join(village.device("ben"), OPEN);
    village.run(5_000);
    Pending first = anna.onlyQuestion();
    // Its device slept: what came meanwhile is heard before the timers are looked at.
    anna.isDown = true;
    village.run(AdmissionLimits.QUESTION_MILLIS);
    anna.isDown = false;
    village.run(10_000);
    Pending second = anna.onlyQuestion();
    assertThat(second.ticket()).isNotEqualTo(first.ticket());
    assertThat(second.member()).isEqualTo(ben.id());
  }

  // ---- being let in

  /** Both let it in while its person thinks about the founder; it believes but the second. */
  @Test
  void whoWasLetInByTwoWhileThePersonThoughtBelievesTheSecondWhereTheFirstIsRefused() {
    Resident anna = found(OPEN);
    Resident ben = village.join(village.device("ben"), OPEN);
    village.run(5_000);
    Resident cora =
        village.newcomer(
            village.device("cora"),
            "version: 1\nadmit: anybody\nexpel: nobody\nfounder: {ask: me}\n"
                + "introducer: {certificate: 'cn=ben'}\n");
    List<Resident> granted = new ArrayList<>();
    boolean[] mayLearn = {false};
    village.wire =
        (from, to, message) -> {
          if (from == cora && isA(MessageType.JOIN_REQUEST, message)) {
            return granted.size() < 2 && to == (granted.isEmpty() ? anna : ben);
          }
          if (to == cora && isA(MessageType.GRANT, message) && !granted.contains(from)) {
            granted.add(from);
          }
          return to != cora || mayLearn[0] || !isA(MessageType.SYNC_REPLY, message);
        };
    village.start(cora);
    village.run(20_000);
    assertThat(granted).containsExactly(anna, ben);
    mayLearn[0] = true;
    village.run(5_000);

    Pending question = cora.onlyQuestion();
    assertThat(question.purpose()).isEqualTo(Question.Purpose.FOUNDER);
    cora.step(new PeerInput.Answer(question.ticket(), true, "cora"));
    village.run(10_000);
    assertThat(cora.did(PeerEffect.PolicyDecided.class))
        .as("anna, who let her in first, is not believed")
        .anyMatch(
            each ->
                !each.yes()
                    && each.about().purpose() == Question.Purpose.INTRODUCER
                    && each.about().member().equals(anna.id()));
    assertThat(cora.isIn()).isTrue();
    assertThat(village.misunderstandings()).isEmpty();
    assertThat(village.members()).containsExactlyElementsOf(List.of(anna, ben, cora));
  }
}
