package io.keymoot.flatkeying.keying;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.wire.Bytes;
import org.junit.jupiter.api.Test;

/**
 * What one expulsion costs the group in bytes, Relays included, with sessions at hand: when one is
 * out since the slots were resealed, and when eight are. The means over random groups stand in the
 * README's table.
 */
class CoverBytesTest {
  private static void assertCosts(
      Profile profile, int members, int whenOneIsOut, int whenEightAre) {
    BigGroup group = new BigGroup(profile, members, 1);
    CoverReport report = group.expelFirst(1);
    assertThat(report.multicastBytes()).isLessThanOrEqualTo(whenOneIsOut);
    assertThat(reached(report)).isEqualTo(members - 2);
    for (int target = 2; target <= 8; target++) {
      report = group.expelFirst(target);
    }
    assertThat(report.multicastBytes()).isLessThanOrEqualTo(whenEightAre);
    assertThat(reached(report)).isEqualTo(members - 9);
  }

  private static int reached(CoverReport report) {
    assertThat(report.unreached()).isEmpty();
    return report.lines().stream().mapToInt(CoverReport.Line::reaches).sum();
  }

  @Test
  void aGroupOfAThousandIsRekeyedInFewKilobytes() {
    assertCosts(Profile.BROADCAST, 1_000, 3_500, 4_500);
  }

  @Test
  void aConferenceOfFiftyIsRekeyedInOneOrTwo() {
    assertCosts(Profile.CONFERENCE, 50, 1_500, 4_000);
  }

  /** As long as a chain of certificates is: said once, and not again while nobody comes in. */
  @Test
  void theCredentialOfWhoExpelsIsSaidOnceAndCountedByItself() {
    Bytes chain = Group.credential("m0", "chair " + "x".repeat(1_400));
    BigGroup group = new BigGroup(Profile.CONFERENCE, 50, 1, chain);
    CoverReport first = group.expelFirst(1);
    CoverReport.Line said = first.lines().get(first.lines().size() - 1);
    assertThat(said.kind()).isEqualTo(CoverReport.Kind.CREDENTIAL);
    assertThat(said.bytes()).isBetween(chain.length(), chain.length() + 60);
    assertThat(first.multicastBytes() - said.bytes()).isLessThanOrEqualTo(1_500);
    CoverReport second = group.expelFirst(2);
    assertThat(second.lines()).noneMatch(line -> line.kind() == CoverReport.Kind.CREDENTIAL);
    assertThat(second.multicastBytes()).isLessThanOrEqualTo(1_500);
  }

  @Test
  void aRefreshCostsTheSameHoweverManyThereAre() {
    for (int members : new int[] {2, 50, 1_000}) {
      BigGroup group = new BigGroup(Profile.BROADCAST, members, 1);
      FlatKeying core = group.excluder();
      core.step(group.now(), new Input.Refresh());
      assertThat(core.lastCover().orElseThrow().multicastBytes()).isLessThanOrEqualTo(400);
    }
  }

  @Test
  void aGrantTakesTheSameFewKilobytesHoweverManyThereAre() {
    for (int members : new int[] {2, 50, 1_000}) {
      BigGroup group = new BigGroup(Profile.BROADCAST, members, 1);
      Bytes grant = group.grantToANewcomer(group.excluder());
      assertThat(grant.length()).as("with %d members", members).isBetween(1_000, 4_000);
    }
  }
}
