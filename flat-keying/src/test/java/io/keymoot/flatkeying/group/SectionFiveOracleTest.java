package io.keymoot.flatkeying.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Slot;
import io.keymoot.flatkeying.group.SectionFiveOracle.Stay;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The oracle against answers worked out by hand, rule by rule.
 *
 * <p>In one file because the oracle is: its rules and their answers are read side by side.
 */
class SectionFiveOracleTest {

  @Nested
  class Founding {
    @Test
    void theFounderIsTheFirstMember() {
      Stage stage = Stage.of("A founds f");
      assertThat(stage.verdict("f")).isEqualTo("valid");
      assertThat(stage.members()).isEqualTo("A");
      assertThat(stage.usable()).isEqualTo("-");
    }

    @Test
    void whoWasNeverLetInSaysNothing() {
      Stage stage = Stage.of("A founds f", "Z rekeys x after f", "Z here h after f");
      assertThat(stage.verdict("x")).isEqualTo("AUTHOR");
      assertThat(stage.verdict("h")).isEqualTo("HERE");
    }

    @Test
    void whatStandsOnAnInvalidFactIsInvalid() {
      Stage stage =
          Stage.of(
              "A founds f", "Z rekeys x after f", "A rekeys y after x", "A reseals z 0 after y");
      assertThat(stage.verdict("y")).isEqualTo("PARENTS");
      assertThat(stage.verdict("z")).isEqualTo("PARENTS");
    }
  }

  @Nested
  class Admitting {
    @Test
    void anyMemberAdmitsWhereTheFoundSaysSo() {
      Stage stage = Stage.of("A founds f", "A admits e B C", "B admits g D");
      assertThat(stage.members()).isEqualTo("A B C D");
    }

    @Test
    void aRoleToAdmitIsReadFromTheCredential() {
      Stage stage =
          Stage.of(
              "rights admit=role:host",
              "device A good host",
              "device C good host",
              "A founds f",
              "A admits e B C",
              "B admits g D",
              "C admits h D");
      assertThat(stage.verdict("g")).isEqualTo("RIGHT_TO_ADMIT");
      assertThat(stage.verdict("h")).isEqualTo("valid");
    }

    @Test
    void anAdmitWhoseRightHangsOnAnUnknownCredentialWaits() {
      Stage stage =
          Stage.of(
              "rights admit=role:host",
              "device A good host",
              "device B unfetched good host",
              "device C unfetched bad host",
              "A founds f",
              "A admits e B C",
              "B admits g D",
              "C admits h D");
      assertThat(stage.verdict("g")).isEqualTo("waits");
      assertThat(stage.verdict("h")).isEqualTo("waits");
      stage.perform("fetch B C");
      assertThat(stage.verdict("g")).isEqualTo("valid");
      assertThat(stage.verdict("h")).isEqualTo("RIGHT_TO_ADMIT");
    }

    @Test
    void approvalsAreCountedByDeviceAndForEachRow() {
      Stage stage =
          Stage.of(
              "rights admit=approvals:3",
              "start B2 on B",
              "A founds f",
              "A admits e B",
              "A admits g C ; approved B",
              "A admits h B2 ; approved B C",
              "A admits i D ; approved B B2",
              "A admits j D ; approved B C",
              "B approves w ADMIT D",
              "C approves v ADMIT D",
              "A admits k D E ; approved B C",
              "C approves u ADMIT E",
              "A admits l E ; approved w v");
      assertThat(stage.verdict("e")).as("alone, one is enough").isEqualTo("valid");
      assertThat(stage.verdict("g")).as("of two, two").isEqualTo("valid");
      assertThat(stage.verdict("h")).isEqualTo("valid");
      assertThat(stage.verdict("i")).as("one device twice").isEqualTo("RIGHT_TO_ADMIT");
      assertThat(stage.verdict("j")).isEqualTo("valid");
      assertThat(stage.verdict("k")).isEqualTo("valid");
      assertThat(stage.verdict("l")).as("words about another").isEqualTo("RIGHT_TO_ADMIT");
    }

    @Test
    void aRowForAnotherGroupOrFromTheFutureBeginsNoStay() {
      Stage stage =
          Stage.of(
              "A founds f",
              "B asks another group",
              "A admits e B C",
              "D asks seeing e",
              "A admits g D after f",
              "A admits h D after e");
      assertThat(stage.verdict("e")).isEqualTo("valid");
      assertThat(stage.members("e")).isEqualTo("A C");
      assertThat(stage.verdict("g")).isEqualTo("valid");
      assertThat(stage.members("g")).isEqualTo("A");
      assertThat(stage.members("h")).isEqualTo("A C D");
    }

    @Test
    void twoIntroducersOfOneRequestLetInOneMemberWithTwoStays() {
      Stage stage =
          Stage.of("A founds f", "A admits e B", "A admits g C after e", "B admits h C after e");
      assertThat(stage.members()).isEqualTo("A B C");
      assertThat(stage.oracle().staysOf(stage.member("C"), stage.set())).hasSize(2);
    }

    @Test
    void whoIsOverDoesNotComeInAgainByTheSameRequest() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "C rekeys x ; left B",
              "C admits g B",
              "A admits h B after e");
      assertThat(stage.members("g")).isEqualTo("A C");
      assertThat(stage.over("h")).as("live there: the row begins nothing").isEqualTo("-");
      assertThat(stage.members("g", "h")).as("no more does it beside the end").isEqualTo("A C");
    }

    @Test
    void anExpelledDeviceNeedsAPardon() {
      Stage stage =
          Stage.of(
              "start B2 on B",
              "A founds f",
              "A admits e B C D",
              "A rekeys x ; expels B by C",
              "A admits g B2",
              "A admits h B2 ; pardon A",
              "A admits i B2 ; pardon D");
      assertThat(stage.members("g")).isEqualTo("A C D");
      assertThat(stage.members("h")).as("A is one device").isEqualTo("A C D");
      assertThat(stage.over("h")).isEqualTo("B@e");
      // D did not know of x when it gave its word: see the next test.
      assertThat(stage.members("i")).isEqualTo("A C D");
    }

    @Test
    void aPardonCountsOnlyFromWhoKnowsTheExpulsion() {
      Stage stage =
          Stage.of(
              "start B2 on B",
              "start B3 on B",
              "A founds f",
              "A admits e B C D",
              "A rekeys x ; expels B by C",
              "D learns x",
              "D approves w PARDON B",
              "A admits g B2 ; pardon w",
              "A rekeys y ; expels B2 by C",
              "A admits h B3 ; pardon w");
      assertThat(stage.members("g")).isEqualTo("A B2 C D");
      assertThat(stage.verdict("y")).as("C has not heard of x").isEqualTo("EXPELLED");
      stage.perform("C learns g");
      stage.perform("A rekeys z after g ; expels B2 by C");
      stage.perform("A admits i B3 after z ; pardon w");
      assertThat(stage.verdict("z")).isEqualTo("valid");
      assertThat(stage.members("z")).isEqualTo("A C D");
      assertThat(stage.members("i")).as("an old word is no new pardon").isEqualTo("A C D");
    }
  }

  @Nested
  class Ending {
    @Test
    void absentEndsTheStaysInItsPastAndNoOthers() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "C learns e",
              "A rekeys x after e ; absent B by C",
              "B here h after e");
      assertThat(stage.members("x")).isEqualTo("A C");
      assertThat(stage.members("x", "h")).isEqualTo("A B C");
      assertThat(stage.over("x", "h")).isEqualTo("B@e");
    }

    @Test
    void theOthersEndEveryStayThatIsNotAfterThem() {
      Stage stage =
          Stage.of(
              "start B2 on B",
              "A founds f",
              "A admits e B C",
              "B here h after e",
              "A admits g B2 after e",
              "A rekeys l after e ; left B",
              "A rekeys x after e ; expels B by C");
      assertThat(stage.members("h", "l")).isEqualTo("A C");
      assertThat(stage.members("g", "l")).as("left is the member").isEqualTo("A B2 C");
      assertThat(stage.members("g", "h", "x")).as("expelled is the device").isEqualTo("A C");
    }

    @Test
    void aHereEndsItsAuthorsStaysInItsPast() {
      Stage stage = Stage.of("A founds f", "A admits e B", "B here h", "B here i");
      assertThat(stage.over()).isEqualTo("B@e B@h");
      assertThat(stage.members()).isEqualTo("A B");
    }

    @Test
    void theAdmitOfAnExpelledMemberBesideItsEndIsVoidAndSoOnDown() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "A rekeys x after e ; expels B by C",
              "B admits g M after e",
              "M admits h N after g",
              "N here i after h",
              "C admits k D after h");
      assertThat(stage.members("k")).isEqualTo("A B C D M N");
      assertThat(stage.members("i", "x")).isEqualTo("A C");
      assertThat(stage.over("i", "x")).isEqualTo("B@e M@g N@h N@i");
      assertThat(stage.members("k", "x")).as("C's guest stays").isEqualTo("A C D");
    }

    @Test
    void whatAnExpelledMemberDidBeforeItsEndStands() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "B admits g D",
              "A learns g",
              "A rekeys x ; expels B by C");
      assertThat(stage.members()).isEqualTo("A C D");
    }

    @Test
    void aSuspendedMembersAdmitBesideItsEndStands() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "A rekeys x after e ; absent B by C",
              "B admits g D after e");
      assertThat(stage.members()).isEqualTo("A C D");
    }

    @Test
    void whoWasLetInTwiceOnceHonestlyIsNotVoid() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "B admits g D after e",
              "C admits h D after e",
              "D admits k Z after g h",
              "A rekeys x after e ; expels B by C");
      assertThat(stage.members()).isEqualTo("A C D Z");
      assertThat(stage.over()).isEqualTo("B@e D@g");
    }

    @Test
    void expulsionsThatCollideBothStand() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C D E",
              "A rekeys x after e ; expels B by C",
              "B rekeys y after e ; expels A by D");
      assertThat(stage.members()).isEqualTo("C D E");
    }
  }

  @Nested
  class ComingBack {
    @Test
    void whoWasSuspendedSaysHere() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "A rekeys x after e ; absent B by C",
              "B here h after x");
      assertThat(stage.verdict("h")).isEqualTo("valid");
      assertThat(stage.members()).isEqualTo("A B C");
    }

    @Test
    void whoLeftOrWasExpelledDoesNot() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "A rekeys l after e ; left B",
              "A rekeys x after e ; expels B by C",
              "B here h after l",
              "B here i after x");
      assertThat(stage.verdict("h")).isEqualTo("HERE");
      assertThat(stage.verdict("i")).isEqualTo("HERE");
    }

    @Test
    void anExpulsionThatRestsOnAVoidStayDoesNotStand() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C D",
              "A rekeys x after e ; expels B by C",
              // M is void: B let it in beside its end. With B's word it expels D.
              "B admits g M after e",
              "M rekeys y after g ; expels D by B",
              "D here h after x y",
              "D here i after y",
              "A rekeys l after g ; left D",
              "D here j after x y l");
      assertThat(stage.members("x", "y")).isEqualTo("A C");
      assertThat(stage.verdict("h")).isEqualTo("valid");
      assertThat(stage.members("h")).isEqualTo("A C D");
      assertThat(stage.verdict("i")).as("nothing says that M is void").isEqualTo("HERE");
      assertThat(stage.verdict("j")).as("a leave stands whoever carried it").isEqualTo("HERE");
    }

    @Test
    void whoIsVoidDoesNotComeBackByItself() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "A rekeys x after e ; expels B by C",
              "B admits g M after e",
              "M here h after x g",
              "M here i after g");
      assertThat(stage.verdict("h")).isEqualTo("HERE");
      assertThat(stage.verdict("i")).isEqualTo("valid");
      assertThat(stage.members("x", "i")).isEqualTo("A C");
    }
  }

  @Nested
  class Rekeying {
    @Test
    void prevIsAnEpochOfThePast() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A rekeys x",
              "A rekeys y after x ; prev x",
              "A rekeys z after f ; prev x",
              "A rekeys w after x ; prev f");
      assertThat(stage.verdict("y")).isEqualTo("valid");
      assertThat(stage.verdict("z")).isEqualTo("PREV");
      assertThat(stage.verdict("w")).isEqualTo("PREV");
    }

    @Test
    void aFalseMembersDigestIsInvalid() {
      Stage stage = Stage.of("A founds f", "A rekeys x ; lies");
      assertThat(stage.verdict("x")).isEqualTo("MEMBERS_DIGEST");
    }

    @Test
    void aLeaveIsTheLeaversOwn() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "A rekeys x after e ; left B",
              "A rekeys y after e ; left B signed A",
              "A rekeys z after e ; left B from f",
              "A rekeys w after f ; left B from e");
      assertThat(stage.verdict("x")).isEqualTo("valid");
      assertThat(stage.verdict("y")).isEqualTo("LEFT");
      assertThat(stage.verdict("z")).as("that was not B's stay").isEqualTo("LEFT");
      assertThat(stage.verdict("w")).as("B is not known there").isEqualTo("LEFT");
    }

    @Test
    void anExpulsionTakesTwoDevicesThatAreNoTargets() {
      Stage stage =
          Stage.of(
              "start A2 on A",
              "start B2 on B",
              "A founds f",
              "A admits e B C A2 B2",
              "A rekeys x1 after e ; expels B",
              "A rekeys x2 after e ; expels B by A2",
              "A rekeys x3 after e ; expels B by B2",
              "A rekeys x4 after e ; expels B by Z",
              "A rekeys x5 after e ; expels B by C",
              "A rekeys x6 after e ; expels Z by C",
              "A rekeys x7 after e ; expels C by B ; expels B by C");
      for (String x : List.of("x1", "x2", "x3", "x4", "x6", "x7")) {
        assertThat(stage.verdict(x)).as(x).isEqualTo("EXPELLED");
      }
      assertThat(stage.verdict("x5")).isEqualTo("valid");
      assertThat(stage.members("x5")).isEqualTo("A A2 C");
    }

    @Test
    void aRoleExpelsAlone() {
      Stage stage =
          Stage.of(
              "rights role=host",
              "device A good host",
              "A founds f",
              "A admits e B C",
              "A rekeys x after e ; expels B",
              "B rekeys y after e ; expels C");
      assertThat(stage.verdict("x")).isEqualTo("valid");
      assertThat(stage.verdict("y")).isEqualTo("EXPELLED");
    }

    @Test
    void anApprovalMayNotKnowMoreThanTheFact() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "C rekeys y after e",
              "C approves w EXPEL B after y",
              "A rekeys x after e ; expels B by w",
              "A rekeys z after y ; expels B by w");
      assertThat(stage.verdict("x")).isEqualTo("EXPELLED");
      assertThat(stage.verdict("z")).isEqualTo("valid");
    }

    @Test
    void anApproverWhoseCredentialIsRefusedDoesNotCount() {
      Stage stage =
          Stage.of(
              "device C bad",
              "device D unfetched good",
              "A founds f",
              "A admits e B C D",
              "A rekeys x after e ; expels B by C",
              "A rekeys y after e ; expels B by D");
      assertThat(stage.verdict("x")).isEqualTo("EXPELLED");
      assertThat(stage.verdict("y")).isEqualTo("waits");
      stage.perform("fetch D");
      assertThat(stage.verdict("y")).isEqualTo("valid");
    }

    @Test
    void nobodyTargetsItselfOrItsDevice() {
      Stage stage =
          Stage.of(
              "start A2 on A",
              "A founds f",
              "A admits e B C A2",
              "A rekeys x1 after e ; expels A by C",
              "A rekeys x2 after e ; left A",
              "A rekeys x3 after e ; left A2",
              "A rekeys x4 after e ; absent A by C",
              "A reseals s1 0 after e",
              "A reseals s2 0 after e",
              "A rekeys x5 after s1 s2 ; disorder A s1 s2",
              "A2 rekeys x6 after s1 s2 ; disorder A s1 s2");
      for (String x : List.of("x1", "x2", "x3", "x4", "x5", "x6")) {
        assertThat(stage.verdict(x)).as(x).isEqualTo("TARGETS_ITSELF");
      }
    }

    @Test
    void whoseOwnCredentialIsBadDoesNotProveIt() {
      Stage stage =
          Stage.of(
              "device M bad",
              "A founds f",
              "A admits e M B",
              "M rekeys x ; credential A e M",
              "B rekeys y ; credential A e M");
      assertThat(stage.verdict("x")).isEqualTo("TARGETS_ITSELF");
      assertThat(stage.verdict("y")).isEqualTo("valid");
      assertThat(stage.members("y")).isEqualTo("B");
    }

    @Test
    void inAGroupOfTwoNobodyIsSuspended() {
      Stage stage =
          Stage.of(
              "start A2 on A",
              "A founds f",
              "A admits e B",
              "A rekeys x after e ; absent B by A",
              "A admits g A2 after e",
              "A rekeys y after g ; absent B by A2",
              "A admits h C after e",
              "A rekeys z after h ; absent B by C",
              "A rekeys w after h ; absent B by B",
              "A rekeys v after h ; absent B by C from f");
      assertThat(stage.verdict("x")).isEqualTo("ABSENT");
      assertThat(stage.verdict("y")).as("one device").isEqualTo("ABSENT");
      assertThat(stage.verdict("z")).isEqualTo("valid");
      assertThat(stage.verdict("w")).isEqualTo("ABSENT");
      assertThat(stage.verdict("v")).as("not B's stay").isEqualTo("ABSENT");
    }

    @Test
    void onlyTheEightWatchersSuspend() {
      Stage stage = Stage.of("A founds f", "A admits e B C D E F G H I J K L");
      BitSet set = stage.set("e");
      var watchers = stage.oracle().watchers(stage.member("B"), set);
      assertThat(watchers).hasSize(8).doesNotContain(stage.member("B"));
      List<String> in = List.of(stage.names(watchers).split(" ", -1));
      List<String> out =
          List.of("A", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L").stream()
              .filter(name -> !in.contains(name))
              .toList();
      stage.perform(in.get(0) + " rekeys x after e ; absent B by " + in.get(1));
      stage.perform(in.get(0) + " rekeys y after e ; absent B by " + out.get(0));
      stage.perform(out.get(0) + " rekeys z after e ; absent B by " + in.get(1));
      assertThat(stage.verdict("x")).isEqualTo("valid");
      assertThat(stage.verdict("y")).isEqualTo("ABSENT");
      assertThat(stage.verdict("z")).isEqualTo("ABSENT");
    }
  }

  @Nested
  class OwnOrder {
    @Test
    void twoStatementsNeitherOfWhichCoversTheOtherAreAFault() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "B reseals s 0 after e",
              "B reseals t 1 after e",
              "B reseals u 2 after s t",
              "B beats p after s",
              "B beats q after t",
              "B beats r after s t",
              "A rekeys x1 after u ; disorder B s t",
              "A rekeys x2 after u ; disorder B s u",
              "A rekeys x3 after u ; disorder B p t",
              "A rekeys x4 after u ; disorder B p q",
              "A rekeys x5 after u ; disorder B p r",
              "A rekeys x6 after u ; disorder B p s",
              "A rekeys x7 after u ; disorder C s t",
              "A rekeys x8 after s ; disorder B p q");
      assertThat(stage.faulty("s")).isEqualTo("-");
      assertThat(stage.faulty("u")).isEqualTo("B");
      for (String x : List.of("x1", "x3", "x4")) {
        assertThat(stage.verdict(x)).as(x).isEqualTo("valid");
        assertThat(stage.members(x)).isEqualTo("A C");
      }
      for (String x : List.of("x2", "x5", "x6", "x7", "x8")) {
        assertThat(stage.verdict(x)).as(x).isEqualTo("FAULTY");
      }
    }

    @Test
    void anAdmitsAuthorAnswersForABadCredentialAndTheRowIsEndedToo() {
      Stage stage =
          Stage.of(
              "device M bad",
              "A founds f",
              "A admits e B C",
              "B admits g M D after e",
              "M here h after g",
              "C rekeys x after g ; credential B g M",
              "C rekeys y after g ; credential B g D",
              "C rekeys z after g ; credential A g M",
              "C rekeys w after h ; credential M h M");
      assertThat(stage.verdict("x")).isEqualTo("valid");
      assertThat(stage.members("x")).isEqualTo("A C D");
      assertThat(stage.verdict("y")).as("D's is good").isEqualTo("FAULTY");
      assertThat(stage.verdict("z")).as("A did not let M in").isEqualTo("FAULTY");
      assertThat(stage.verdict("w")).as("a Here names one too").isEqualTo("valid");
    }
  }

  @Nested
  class Resealing {
    @Test
    void slotsAreTheAuthorsOwn() {
      Stage stage = Stage.of("A founds f", "A reseals y 0 1 31 after f");
      int own = stage.member("A").hash().symbol(7, 2);
      stage.perform("A reseals z 7." + own + " after f");
      stage.perform("A reseals w 7." + (own + 1) % 4 + " after f");
      assertThat(stage.verdict("y")).isEqualTo("valid");
      assertThat(stage.verdict("z")).isEqualTo("valid");
      assertThat(stage.verdict("w")).isEqualTo("SLOTS");
    }

    @Test
    void aSlotIsCleanUntilSomebodyInItIsOver() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "A reseals y 0 1 2 3 4 5 6 7 8 9 10 11 after e",
              "C rekeys x after y ; left B",
              "A reseals z 0 1 2 3 4 5 6 7 8 9 10 11 after x",
              "A reseals w 0 1 2 3 4 5 6 7 8 9 10 11 after y");
      int shared = 0;
      for (int position = 0; position < 12; position++) {
        int symbol = stage.member("A").hash().symbol(position, 2);
        boolean with = stage.member("B").hash().symbol(position, 2) == symbol;
        shared += with ? 1 : 0;
        Slot slot = new Slot(position, symbol);
        int y = stage.oracle().number(stage.fact("y"));
        assertThat(stage.oracle().isSlotClean(y, slot, stage.set("x"))).isEqualTo(!with);
        assertThat(stage.oracle().standing(slot, stage.set("y"))).contains(stage.fact("y"));
        if (with) {
          assertThat(stage.oracle().standing(slot, stage.set("z", "w")))
              .as("clean first")
              .contains(stage.fact("z"));
        }
      }
      assertThat(shared).as("the names are such that something is shared").isBetween(1, 11);
    }
  }

  @Nested
  class Cleanness {
    @Test
    void anEpochIsCleanUntilSomebodyIsOverWhoWasInWhenItWasMade() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A rekeys x0",
              "A admits e B C",
              "A rekeys x1 ; left B",
              "C rekeys x2 after e");
      assertThat(stage.usable("e")).isEqualTo("x0");
      assertThat(stage.clean("x1")).isEqualTo("x1");
      assertThat(stage.usable("x2")).isEqualTo("x2");
      assertThat(stage.usable("x1", "x2")).isEqualTo("x1");
    }

    @Test
    void aStayLearntLaterAndVoidAlreadyDirtiesNothing() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "A rekeys x after e ; expels B by C",
              "B admits g M after e");
      assertThat(stage.over()).isEqualTo("B@e M@g");
      assertThat(stage.usable()).isEqualTo("x");
    }

    @Test
    void twoEpochsBesideEachOtherAreBothUsable() {
      Stage stage =
          Stage.of("A founds f", "A admits e B", "A rekeys x after e", "B rekeys y after e");
      assertThat(stage.usable()).isEqualTo("x y");
    }

    @Test
    void anAdmitAndAHereNameTheEpochsThatAreUsableWithThem() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A rekeys x",
              "A admits e B C",
              "A admits g D",
              "B here h after e",
              "A rekeys y after g");
      assertThat(stage.oracle().revision(stage.fact("x"), stage.set("g"))).isEqualTo(2);
      assertThat(stage.oracle().names(stage.oracle().number(stage.fact("h"))))
          .as("B's own Here made x unclean")
          .isEmpty();
      assertThat(stage.oracle().revision(stage.fact("x"), stage.set())).isEqualTo(2);
    }
  }

  @Nested
  class ClosedDoor {
    private static boolean opens(
        Stage stage, String taken, List<SectionFiveOracle.Vouch> vouches, String m) {
      BitSet atHand = stage.set(taken);
      atHand.or(stage.set(m));
      return stage
          .oracle()
          .mayTake(
              stage.set(taken), atHand, vouches, Set.of(), stage.oracle().number(stage.fact(m)));
    }

    @Test
    void whatSomebodySaysWhoIsOutByWhatIKnowWaitsForAMemberToCoverIt() {
      Stage stage =
          Stage.of(
              "A founds f",
              "A admits e B C",
              "A rekeys x after e ; expels B by C",
              "B admits g M after e",
              "C rekeys y after g");
      assertThat(opens(stage, "e", List.of(), "g")).isTrue();
      assertThat(opens(stage, "x", List.of(), "g")).isFalse();
      assertThat(opens(stage, "x", List.of(), "y")).as("C took it").isTrue();
      assertThat(
              opens(
                  stage,
                  "x",
                  List.of(new SectionFiveOracle.Vouch(stage.member("C"), List.of(stage.fact("g")))),
                  "g"))
          .isTrue();
      assertThat(
              opens(
                  stage,
                  "x",
                  List.of(new SectionFiveOracle.Vouch(stage.member("B"), List.of(stage.fact("g")))),
                  "g"))
          .isFalse();
    }

    @Test
    void whoIsOutOfOwnOrderIsNotListenedTo() {
      Stage stage =
          Stage.of(
              "A founds f", "A admits e B C", "B reseals s 0 after e", "B reseals t 1 after e");
      assertThat(opens(stage, "e", List.of(), "s")).isTrue();
      assertThat(opens(stage, "s", List.of(), "t")).isFalse();
    }
  }

  @Test
  void aStayIsNamedByItsFactAndMember() {
    Stage stage = Stage.of("A founds f", "A admits e B C");
    List<Stay> stays = stage.oracle().staysIn(stage.set());
    assertThat(stays).hasSize(3);
    assertThat(stays.stream().map(Stay::id).distinct()).hasSize(3);
  }
}
