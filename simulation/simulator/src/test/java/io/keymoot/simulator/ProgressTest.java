package io.keymoot.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.Profile;
import io.keymoot.flatkeying.keying.Draws;
import io.keymoot.simulator.world.Trace;
import io.keymoot.simulator.world.World;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static World livedFor(long seed, long millis) {
    World world =
        new World(
            new World.Setup(seed, Profile.CONFERENCE, false, Draws::new),
            new Trace(Optional.empty(), Optional.empty()));
    world.start(world.found(0));
    world.join(1);
    world.timeline().runTo(millis);
    return world;
  }

  @Test
  void stepsASecondAreThoseOfTheWholeCampaign() {
    StringWriter said = new StringWriter();
    AtomicLong nanos = new AtomicLong();
    Progress progress = new Progress(new PrintWriter(said), 3, nanos::get);
    World one = livedFor(1, 10_000);
    progress.at(one, 20_000, 0);
    World other = livedFor(2, 10_000);
    progress.at(other, 20_000, 0);
    one.timeline().runTo(20_000);
    nanos.set(20_000_000_000L);
    progress.at(one, 20_000, 0);
    assertThat(said.toString())
        .contains(
            String.format(Locale.ROOT, " %,.0f steps/s", (one.steps() + other.steps()) / 20.0));
  }
}
