package io.keymoot.peer;

import static io.keymoot.peer.Village.ANYBODY_ADMITS_CHAIR_EXPELS;
import static io.keymoot.peer.Village.OPEN;
import static io.keymoot.peer.Village.policy;
import static io.keymoot.peer.Village.rules;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.Errand;
import io.keymoot.admission.Hearing;
import io.keymoot.admission.Question;
import io.keymoot.flatkeying.fact.Rights;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.keying.Effect;
import io.keymoot.peer.Village.Resident;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What each device's policy decides, in groups of real peers. */
class PolicyTest {
  private static final Rights TWO_EXPEL =
      new Rights(new Rights.AnyMember(), Optional.empty(), Rights.DEFAULT_EXPEL_APPROVALS);
  private static final String ASKS_CHAIR = policy("{ask: chair}", "{ask: chair}");

  private final Village village = new Village(6);

  private Resident found(Rights rights, Trust trust, String policy, String... roles) {
    return village.found(village.device("anna", roles), rights, trust, policy);
  }

  private Resident join(String name, String policy) {
    return village.join(village.device(name), policy);
  }

  // ---- letting in

  @Test
  void aNewcomerWaitsUntilSomebodyAnswersAndIsShownWithItsName() {
    Resident anna = found(TWO_EXPEL, village.certified(), ASKS_CHAIR);
    Resident ben = join("ben", OPEN);
    village.run(5_000);

    assertThat(ben.isIn()).isFalse();
    Pending question = anna.onlyQuestion();
    assertThat(question.purpose()).isEqualTo(Question.Purpose.ADMIT);
    assertThat(question.member()).isEqualTo(ben.id());
    assertThat(question.device()).isEqualTo(ben.device.fingerprint());
    assertThat(question.shown()).contains("ben");
    assertThat(question.errands()).hasSize(1);
    // Ben asked several times; people hear of it once.
    assertThat(anna.did(PeerEffect.PolicyWaits.class)).hasSize(1);

    anna.step(new PeerInput.Answer(question.ticket(), true, "anna at her desk"));
    village.run(5_000);

    assertThat(ben.isIn()).isTrue();
    assertThat(anna.view().waiting()).isEmpty();
    assertThat(anna.decision().yes()).isTrue();
    assertThat(anna.decision().reason()).contains("anna at her desk");
    assertThat(village.misunderstandings()).isEmpty();
  }

  @Test
  void aPersonsNoTurnsTheNewcomerAwayOnceHoweverOftenItAsks() {
    Resident anna = found(TWO_EXPEL, village.certified(), ASKS_CHAIR);
    Resident ben = join("ben", OPEN);
    village.run(5_000);
    anna.step(new PeerInput.Answer(anna.onlyQuestion().ticket(), false, "anna"));
    village.run(60_000);

    assertThat(ben.isIn()).isFalse();
    assertThat(anna.did(PeerEffect.PolicyDecided.class)).hasSize(1);
    assertThat(anna.decision().yes()).isFalse();
    assertThat(anna.decision().reason()).contains("anna said no");
  }

  @Test
  void aRemoteCheckAnswersLater() {
    Resident anna = found(TWO_EXPEL, village.certified(), policy("{remote: badges}", "nobody"));
    Resident ben = join("ben", OPEN);
    village.run(5_000);
    Pending question = anna.onlyQuestion();
    assertThat(question.errands().get(0)).isInstanceOf(Errand.CheckRemotely.class);

    // The owner's yes does not speak for the badge system.
    anna.step(new PeerInput.Answer(question.ticket(), true, "anna"));
    village.run(5_000);
    assertThat(ben.isIn()).isFalse();

    anna.step(
        new PeerInput.Heard(new Hearing.RemoteSaid(question.ticket(), "badges", true, "known")));
    village.run(5_000);
    assertThat(ben.isIn()).isTrue();
  }

  @Test
  void whereTwoMembersMustApproveNeitherIsEnoughAlone() {
    String twoApprove = policy("{approvals: 2}", "nobody");
    Resident anna = found(TWO_EXPEL, village.certified(), OPEN);
    Resident ben = join("ben", twoApprove);
    Resident cora = join("cora", twoApprove);
    village.run(10_000);
    assertThat(village.members()).hasSize(3);
    anna.step(new PeerInput.Policy(rules(twoApprove)));

    Resident dan = join("dan", OPEN);
    village.run(20_000);
    assertThat(dan.isIn()).isFalse();
    for (Resident each : List.of(anna, ben, cora)) {
      assertThat(each.onlyQuestion().member()).isEqualTo(dan.id());
    }
    ben.step(new PeerInput.Answer(ben.onlyQuestion().ticket(), true, "ben"));
    village.run(20_000);
    assertThat(dan.isIn()).isFalse();

    cora.step(new PeerInput.Answer(cora.onlyQuestion().ticket(), true, "cora"));
    village.run(10_000);
    assertThat(dan.isIn()).isTrue();
    assertThat(village.misunderstandings()).isEmpty();
    for (Resident each : List.of(anna, ben, cora)) {
      assertThat(each.view().waiting()).isEmpty();
    }
  }

  @Test
  void whatWaitsIsRefusedAfterTenMinutes() {
    Resident anna = found(TWO_EXPEL, village.certified(), ASKS_CHAIR);
    Resident ben = join("ben", OPEN);
    village.run(5_000);
    ben.isDown = true;
    village.run(11 * 60_000);
    assertThat(anna.view().waiting()).isEmpty();
    assertThat(anna.decision().reason()).contains("Nobody who was asked answered");
  }

  @Test
  void otherRulesAndRevocationListsCountFromWhenTheyCome() {
    Resident anna = found(TWO_EXPEL, village.certified(), policy("nobody", "nobody"));
    Resident ben = join("ben", OPEN);
    village.run(5_000);
    assertThat(ben.isIn()).isFalse();
    assertThat(anna.decision().reason()).contains("lets nobody in");

    anna.step(new PeerInput.Policy(rules(policy("{certificate: any}", "nobody"))));
    village.run(10_000);
    assertThat(ben.isIn()).isTrue();

    Village.Device cora = village.device("cora");
    anna.step(new PeerInput.Revocations(List.of(village.revoking(cora))));
    ben.step(new PeerInput.Policy(rules(policy("nobody", "nobody"))));
    Resident hers = village.join(cora, OPEN);
    village.run(10_000);
    assertThat(hers.isIn()).isFalse();
    assertThat(anna.decision().reason()).contains("revoked");
    // Who is in is not put to the policy again.
    assertThat(ben.isIn()).isTrue();
  }

  @Test
  void revocationListsThatCannotBeReadAreNamed() {
    Resident anna = found(TWO_EXPEL, village.certified(), OPEN);
    anna.step(new PeerInput.Revocations(List.of(anna.device.credential())));
    assertThat(anna.did(PeerEffect.PolicyFaults.class).getLast().faults())
        .singleElement()
        .asString()
        .contains("Revocation list 1 cannot be read");
  }

  // ---- putting out

  @Test
  void whoMayNotAccordingToItsOwnPolicyPutsNobodyOut() {
    Resident anna =
        found(
            ANYBODY_ADMITS_CHAIR_EXPELS, village.certified(), policy("anybody", "nobody"), "chair");
    Resident ben = join("ben", OPEN);
    village.run(5_000);
    anna.step(new PeerInput.Expel(ben.device.fingerprint()));
    village.run(10_000);
    assertThat(ben.isIn()).isTrue();
    assertThat(anna.decision().yes()).isFalse();
    assertThat(anna.decision().about().purpose()).isEqualTo(Question.Purpose.EXPEL);

    anna.step(new PeerInput.Policy(rules(policy("anybody", "{certificate: role=chair}"))));
    anna.step(new PeerInput.Expel(ben.device.fingerprint()));
    village.run(10_000);
    assertThat(ben.isIn()).isFalse();
    assertThat(ben.view().state()).isEqualTo(Effect.State.OUT);
  }

  @Test
  void membersHelpWhoTheirPolicySaysAndOneAloneIsNotEnough() {
    String helpsNobody = policy("anybody", "{ask: owner}");
    Resident anna = found(TWO_EXPEL, village.certified(), helpsNobody);
    Resident ben = join("ben", helpsNobody);
    Resident cora = join("cora", helpsNobody);
    Resident dan = join("dan", helpsNobody);
    village.run(10_000);

    anna.step(new PeerInput.Expel(dan.device.fingerprint()));
    village.run(20_000);
    assertThat(dan.isIn()).isTrue();
    Pending question = ben.onlyQuestion();
    assertThat(question.purpose()).isEqualTo(Question.Purpose.EXPEL);
    assertThat(question.member()).isEqualTo(anna.id());
    assertThat(question.target()).isEqualTo(dan.device.fingerprint());
    // Nobody is asked to help against itself.
    assertThat(dan.view().waiting()).isEmpty();

    ben.step(new PeerInput.Answer(question.ticket(), true, "ben"));
    village.run(10_000);
    assertThat(dan.isIn()).isFalse();
    assertThat(village.members()).containsExactly(anna, ben, cora);
    assertThat(cora.view().waiting()).isEmpty();
    assertThat(village.misunderstandings()).isEmpty();
  }

  @Test
  void whoIsTrustedToCallForAnExpulsionIsHelpedByFew() {
    String helpsAnna = policy("anybody", "{any: [{certificate: role=warden}, {ask: owner}]}");
    Resident anna = found(TWO_EXPEL, village.certified(), helpsAnna, "warden");
    for (String name : List.of("ben", "cora", "dan", "eva", "finn", "gus", "hal")) {
      join(name, helpsAnna);
    }
    village.run(20_000);
    assertThat(village.members()).hasSize(8);
    Resident hal = village.the("hal");
    anna.step(new PeerInput.Expel(hal.device.fingerprint()));
    village.run(10_000);
    assertThat(hal.isIn()).isFalse();
    assertThat(village.members()).hasSize(7);
    long helpers =
        village.members().stream()
            .filter(each -> each != anna)
            .filter(each -> !each.did(PeerEffect.Rekeyed.class).isEmpty())
            .count();
    assertThat(helpers).isLessThanOrEqualTo(3);
  }

  // ---- being let in

  @Test
  void aNewcomerTakesNoPartInAGroupThatItsPolicyDoesNotWant() {
    Resident anna = found(TWO_EXPEL, Trust.OPEN, OPEN);
    Resident ben = join("ben", OPEN);
    village.run(5_000);
    String picky =
        """
        version: 1
        admit: anybody
        expel: nobody
        founder: {allow: [%s]}
        introducer: anybody
        """
            .formatted(io.keymoot.admission.certificate.CheckedText.of(ben.device.fingerprint()));
    Resident cora = join("cora", picky);
    village.run(10_000);

    assertThat(cora.isIn()).isFalse();
    assertThat(cora.view().state()).isEqualTo(Effect.State.OUT);
    assertThat(cora.decision().about().purpose()).isEqualTo(Question.Purpose.FOUNDER);
    assertThat(cora.decision().about().member()).isEqualTo(anna.id());
    assertThat(cora.decision().yes()).isFalse();
    // It was let in before it could look, and says goodbye.
    assertThat(anna.peer.keying().state().memberCount()).isEqualTo(2);
    assertThat(village.misunderstandings()).isEmpty();
  }

  @Test
  void aNewcomerBelievesOnlyWhomItsPolicyBelieves() {
    Resident anna = found(TWO_EXPEL, village.certified(), OPEN);
    Resident ben = join("ben", OPEN);
    village.run(5_000);
    String onlyBen =
        """
        version: 1
        admit: anybody
        expel: nobody
        founder: anybody
        introducer: {certificate: 'cn=ben'}
        """;
    Resident cora = join("cora", onlyBen);
    village.run(30_000);

    assertThat(cora.isIn()).isTrue();
    assertThat(cora.did(PeerEffect.PolicyDecided.class))
        .anyMatch(
            each ->
                each.yes()
                    && each.about().purpose() == Question.Purpose.INTRODUCER
                    && each.about().member().equals(ben.id()));
    assertThat(cora.did(PeerEffect.PolicyDecided.class))
        .noneMatch(
            each ->
                each.yes()
                    && each.about().member().equals(anna.id())
                    && each.about().purpose() == Question.Purpose.INTRODUCER);
    assertThat(village.misunderstandings()).isEmpty();
  }

  @Test
  void whomOnlyOneLetsInThatItsPolicyDoesNotBelieveStaysOut() {
    found(TWO_EXPEL, village.certified(), OPEN);
    Resident ben = join("ben", OPEN);
    village.run(5_000);
    Resident cora =
        village.newcomer(
            village.device("cora"),
            "version: 1\nadmit: anybody\nexpel: nobody\nfounder: anybody\n"
                + "introducer: {certificate: 'cn=ben'}\n");
    village.wire = (from, to, message) -> from != ben || to != cora;
    village.start(cora);
    village.run(30_000);
    assertThat(cora.did(PeerEffect.PolicyDecided.class)).anyMatch(each -> !each.yes());
    assertThat(cora.isIn()).isFalse();

    village.wire = (from, to, message) -> true;
    village.run(60_000);
    assertThat(cora.isIn()).isTrue();
  }

  @Test
  void aPersonMayBeAskedWhetherToJoin() {
    found(TWO_EXPEL, village.certified(), OPEN);
    Resident ben =
        join(
            "ben",
            "version: 1\nadmit: anybody\nexpel: nobody\nfounder: {ask: me}\nintroducer: anybody\n");
    village.run(10_000);
    assertThat(ben.isIn()).isFalse();
    Pending question = ben.onlyQuestion();
    assertThat(question.purpose()).isEqualTo(Question.Purpose.FOUNDER);
    ben.step(new PeerInput.Answer(question.ticket(), true, "ben"));
    village.run(10_000);
    assertThat(ben.isIn()).isTrue();
    assertThat(village.misunderstandings()).isEmpty();
  }
}
