package io.keymoot.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.simulator.invariant.Invariants;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * A group that lets in nobody without a certificate, while certificates end and dates are wrong.
 */
class CertificatesTest {
  private static final long DAY = 86_400_000L;

  private final World world;
  private final Node anna;

  CertificatesTest(TestInfo test) {
    world =
        new World(
            new World.Setup(
                test.getDisplayName().hashCode(), Profile.CONFERENCE, false, Draws::new, true),
            new Trace(Optional.empty(), Optional.empty()));
    anna = world.found(0);
    Invariants.all(world).forEach(world::watch);
    world.start(anna);
  }

  private void run(long millis) {
    world.timeline().runTo(world.now() + millis);
    assertThat(world.violations()).isEmpty();
  }

  @Test
  void whoseCertificateRunsOutStaysInAndComesInAgainWithANewOneOnly() {
    world.certifier().livesFor(() -> 20);
    Node ben = world.join(1);
    run(40_000);
    assertThat(ben.isExpired()).isTrue();
    assertThat(ben.isMember()).isTrue();
    assertThat(world.understands(anna, world.sealed(ben).orElseThrow())).isTrue();
    Node again = world.restart(ben);
    run(20_000);
    assertThat(again.isMember()).isFalse();
    world.certify(again);
    Node renewed = world.restart(again);
    run(20_000);
    assertThat(renewed.isMember()).isTrue();
  }

  @Test
  void whoIsInRenewsItsCertificateAndStaysTheSameMember() {
    world.certifier().livesFor(() -> 20);
    Node ben = world.join(1);
    run(40_000);
    world.certify(ben);
    run(5_000);
    assertThat(ben.isExpired()).isFalse();
    assertThat(anna.known().person(ben.member())).isPresent();
    assertThat(anna.known().newestStay(ben.member()).orElseThrow().credential())
        .isEqualTo(world.paper(ben).orElseThrow().credential().sha256());
  }

  @Test
  void whoSleepsWhileItsDeviceGetsANewOneShowsItOnWaking() {
    world.certifier().livesFor(() -> 20);
    Node ben = world.join(1);
    run(10_000);
    ben.stop();
    run(15_000);
    world.certify(ben);
    run(1_000);
    ben.goOn();
    run(5_000);
    assertThat(ben.isMember()).isTrue();
    assertThat(anna.known().newestStay(ben.member()).orElseThrow().credential())
        .isEqualTo(world.paper(ben).orElseThrow().credential().sha256());
  }

  @Test
  void whoIsRevokedIsLetInByThoseAloneWhoHaveNotHeardOfIt() {
    Node ben = world.join(1);
    run(10_000);
    world.revoke(ben);
    Node again = world.restart(ben);
    run(10_000);
    assertThat(again.isMember()).as("nobody has heard").isTrue();
    world.tellRevoked(anna);
    Node third = world.restart(again);
    run(20_000);
    assertThat(third.isMember()).isFalse();
  }

  @Test
  void whoseDateIsWrongLetsNobodyInUntilItIsRight() {
    world.setDate(anna, 90 * DAY);
    Node ben = world.join(1);
    run(20_000);
    assertThat(anna.date().epochSecond() - world.wallTime().epochSecond())
        .as("its clock goes on")
        .isBetween(90 * 86_400L - 2, 90 * 86_400L);
    assertThat(ben.isMember()).isFalse();
    world.setDate(anna, 0);
    run(20_000);
    assertThat(ben.isMember()).isTrue();
  }
}
