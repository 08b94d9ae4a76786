package io.keymoot.admission;

import static io.keymoot.admission.World.NOW;
import static io.keymoot.admission.World.TODAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.certificate.Credential;
import io.keymoot.flatkeying.Tick;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.fact.Trust;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a device gains by asking again and again, and otherwise each time: nothing. */
class AskingAgainTest {
  private static final String ASKS = "admit: {ask: chair}\n";

  private final World w = new World();
  private final AdmissionPolicy policy = World.admitting(ASKS);

  /** The door's certificate, and beside it what pretends to be the proof of an invite. */
  private Question doorWithJunk(int number) {
    Hash32 half = Hash32.sha256(new byte[] {(byte) number, (byte) (number >> 8)});
    byte[] junk = new byte[64];
    System.arraycopy(half.toArray(), 0, junk, 0, 32);
    Credential credential =
        new Credential(List.of(w.doorDer, w.siteDer), List.of(Bytes.owning(junk)));
    return World.question(w.trust(), w.doorKey, credential.encode());
  }

  private Question doorCalled(String name) {
    Bytes device = Draft.device(World.SITE, w.siteKey, name, w.doorKey).sign();
    return World.question(w.trust(), w.doorKey, World.credential(device, w.siteDer));
  }

  private static Question stranger(int number) {
    return question(Question.Purpose.ADMIT, number, Optional.empty());
  }

  private static Question question(
      Question.Purpose purpose, int number, Optional<Fingerprint> target) {
    Hash32 key = Hash32.sha256(new byte[] {1, (byte) number, (byte) (number >> 8)});
    return new Question(
        purpose,
        World.GROUP,
        Trust.OPEN,
        Bytes.owning(key.toArray()),
        Credential.SELF_MADE.encode(),
        target);
  }

  private static Fingerprint target(int number) {
    return new Fingerprint(Hash32.sha256(new byte[] {2, (byte) number, (byte) (number >> 8)}));
  }

  private void says(AdmissionPolicy to, Ticket ticket, boolean yes) {
    to.hear(new Hearing.PersonSaid(ticket, "chair", yes, "Ada"), TODAY, NOW);
  }

  @Test
  void whoWasRefusedHasNobodyAskedAgainByShowingOtherProofs() {
    says(policy, policy.ask(w.mayDoorJoin(), TODAY, NOW).ticket(), false);
    for (int i = 0; i < 20; i++) {
      assertThat(World.reason(policy.ask(doorWithJunk(i), TODAY, NOW)))
          .isEqualTo("chair (Ada) said no.");
    }
  }

  @Test
  void whoWasRefusedByTheOwnerHasNobodyAskedAgainUnderAnotherName() {
    Ticket ticket = policy.ask(w.mayDoorJoin(), TODAY, NOW).ticket();
    policy.hear(new Hearing.OwnerSaid(ticket, false, "Ada"), TODAY, NOW);
    assertThat(World.reason(policy.ask(doorCalled("CN=director"), TODAY, NOW)))
        .isEqualTo("Ada said no.");
  }

  @Test
  void oneDeviceWithAThousandCredentialsIsOneQuestionAndLeavesRoomForOthers() {
    Ticket ticket = policy.ask(doorWithJunk(0), TODAY, NOW).ticket();
    for (int i = 1; i < 1_000; i++) {
      Reply reply = policy.ask(doorWithJunk(i), TODAY, NOW);
      assertThat(reply).isEqualTo(new Reply.Wait(ticket, List.of()));
    }
    assertThat(policy.ask(stranger(1), TODAY, NOW)).isInstanceOf(Reply.Wait.class);
    says(policy, ticket, true);
    assertThat(policy.ask(doorWithJunk(7), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
  }

  @Test
  void aYesIsForTheNameThatWasShownAndForNoOther() {
    Ticket ticket = policy.ask(w.mayDoorJoin(), TODAY, NOW).ticket();
    Reply anew = policy.ask(doorCalled("CN=director"), TODAY, NOW);
    assertThat(anew)
        .isInstanceOfSatisfying(
            Reply.Wait.class,
            wait ->
                assertThat(((Errand.AskPerson) wait.errands().get(0)).about().shown())
                    .contains("director"));
    // Whoever thought about the first lets in the first, and not the second.
    says(policy, ticket, true);
    assertThat(policy.ask(w.mayDoorJoin(), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
    assertThat(policy.ask(doorCalled("CN=director"), TODAY, NOW)).isInstanceOf(Reply.Wait.class);
    says(policy, anew.ticket(), true);
    assertThat(policy.ask(doorCalled("CN=director"), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
  }

  /** Who recorded a request that was never granted can play it back as long as it likes. */
  @Test
  void anOldRequestOfItsOwnThatIsPlayedBackEndsNoDevicesQuestion() {
    Question old = doorCalled("CN=director");
    Ticket ticket = policy.ask(w.mayDoorJoin(), TODAY, NOW).ticket();
    for (int i = 0; i < 20; i++) {
      policy.ask(old, TODAY, NOW);
      assertThat(policy.ask(w.mayDoorJoin(), TODAY, NOW))
          .isEqualTo(new Reply.Wait(ticket, List.of()));
    }
    says(policy, ticket, true);
    assertThat(policy.ask(w.mayDoorJoin(), TODAY, NOW)).isInstanceOf(Reply.Yes.class);
  }

  @Test
  void aPersonsNoHoldsUnderAnotherNameToo() {
    says(policy, policy.ask(w.mayDoorJoin(), TODAY, NOW).ticket(), false);
    assertThat(World.reason(policy.ask(doorCalled("CN=director"), TODAY, NOW)))
        .isEqualTo("chair (Ada) said no.");
  }

  /** Those who approved may be put out before it comes again. */
  @Test
  void whoWasLetInByApprovalsNeedsThemAgainTheNextTime() {
    AdmissionPolicy approving = World.admitting("admit: {approvals: 1}");
    Ticket ticket = approving.ask(w.mayDoorJoin(), TODAY, NOW).ticket();
    Hearing approval =
        new Hearing.MembersApprove(
            ticket, List.of(new Hearing.Voice(w.curveKey.spki(), approver())));
    assertThat(approving.hear(approval, TODAY, NOW)).get().isInstanceOf(Reply.Yes.class);
    assertThat(approving.ask(w.mayDoorJoin(), TODAY, NOW)).isInstanceOf(Reply.Wait.class);
    assertThat(approving.hear(approval, TODAY, NOW)).get().isInstanceOf(Reply.Yes.class);
  }

  private Bytes approver() {
    Bytes device = Draft.device(World.SITE, w.siteKey, "CN=approver", w.curveKey).sign();
    return World.credential(device, w.siteDer);
  }

  @Test
  void whoComesUnderOneNameAfterTheOtherIsRefused() {
    int asked = 0;
    for (int i = 0; i < 100; i++) {
      Question next = doorCalled("CN=name " + i % 50);
      for (int twice = 0; twice < 2; twice++) {
        if (policy.ask(next, TODAY, NOW) instanceof Reply.Wait wait) {
          asked += wait.errands().size();
        }
      }
    }
    assertThat(asked).isEqualTo(AdmissionLimits.NAMES_OF_ONE);
    assertThat(World.reason(policy.ask(w.mayDoorJoin(), TODAY, NOW)))
        .contains("one certificate after the other");
    Tick later = NOW.plusMillis(AdmissionLimits.QUESTION_MILLIS);
    assertThat(policy.ask(w.mayDoorJoin(), TODAY, later)).isInstanceOf(Reply.Wait.class);
  }

  @Test
  void whoCallsForManyExpulsionsTakesNoRoomFromNewcomersOrFromOtherCallers() {
    AdmissionPolicy asking =
        new AdmissionPolicy(
            World.rules(
                "version: 1\nfounder: nobody\nintroducer: nobody\nexpel: {ask: chair}\n" + ASKS));
    int waiting = 0;
    for (int i = 0; i < 1_000; i++) {
      Question call = question(Question.Purpose.EXPEL, 1, Optional.of(target(i)));
      waiting += asking.ask(call, TODAY, NOW) instanceof Reply.Wait ? 1 : 0;
    }
    assertThat(waiting).isEqualTo(AdmissionLimits.QUESTIONS_OF_ONE);
    Question others = question(Question.Purpose.EXPEL, 2, Optional.of(target(1)));
    assertThat(asking.ask(others, TODAY, NOW)).isInstanceOf(Reply.Wait.class);
    for (int caller = 3; caller < 600; caller++) {
      asking.ask(question(Question.Purpose.EXPEL, caller, Optional.of(target(caller))), TODAY, NOW);
    }
    assertThat(asking.ask(stranger(1), TODAY, NOW)).isInstanceOf(Reply.Wait.class);
  }

  @Test
  void whoWasRefusedAsOftenAsItMayAskHasToWait() {
    AdmissionPolicy asking =
        new AdmissionPolicy(
            World.rules(
                "version: 1\nfounder: nobody\nintroducer: nobody\nexpel: {ask: chair}\n" + ASKS));
    int asked = 0;
    for (int i = 0; i < 300; i++) {
      Question call = question(Question.Purpose.EXPEL, 1, Optional.of(target(i % 100)));
      if (asking.ask(call, TODAY, NOW) instanceof Reply.Wait wait) {
        asked += wait.errands().size();
        says(asking, wait.ticket(), false);
      }
    }
    assertThat(asked).isEqualTo(AdmissionLimits.QUESTIONS_OF_ONE);
  }

  @Test
  void whoAsksWhenItsQuestionIsOverdueIsToldThatNobodyAnsweredAndThenAsksAnew() {
    Ticket ticket = policy.ask(stranger(1), TODAY, NOW).ticket();
    Tick later = NOW.plusMillis(AdmissionLimits.QUESTION_MILLIS);
    Reply over = policy.ask(stranger(1), TODAY, later);
    assertThat(over.ticket()).isEqualTo(ticket);
    assertThat(World.reason(over)).contains("Nobody who was asked answered");
    Reply anew = policy.ask(stranger(1), TODAY, later);
    assertThat(anew).isInstanceOf(Reply.Wait.class);
    assertThat(anew.ticket()).isNotEqualTo(ticket);
  }
}
