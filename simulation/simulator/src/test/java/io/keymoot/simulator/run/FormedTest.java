package io.keymoot.simulator.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.flatkeying.fact.FactId;
import io.keymoot.flatkeying.group.Known;
import io.keymoot.simulator.result.Plan;
import io.keymoot.simulator.result.RunResult;
import io.keymoot.simulator.world.Node;
import io.keymoot.simulator.world.Trace;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A group that is there when the run begins is one like those that grow. */
class FormedTest {
  private static final Plan PLAN = plan(List.of("loss", "crash"));

  private static Plan plan(List<String> faults) {
    return new Plan(
            24, 30_000, "none", faults, 0, 1, "conference", 3, 2, 8, 0, Optional.empty(), false)
        .withAllIn();
  }

  private static Simulation simulation(Plan plan) {
    return new Simulation(
        plan, new Trace(Optional.empty(), Optional.empty()), Simulation.Progress.NONE);
  }

  @Test
  void allAreInAtOnceInAFewFactsAndUnderOneKey() {
    Simulation simulation = simulation(PLAN);
    List<Node> members = simulation.world().members();
    assertThat(simulation.world().now()).isZero();
    assertThat(members).hasSize(24).allMatch(Node::canSend);
    assertThat(members).extracting(Node::known).allMatch(state -> state.memberCount() == 24);
    assertThat(members).extracting(each -> each.known().heads()).containsOnly(heads(members));
    assertThat(simulation.world().epochs()).isEqualTo(1);
    assertThat(simulation.world().violations()).isEmpty();
  }

  private static List<FactId> heads(List<Node> members) {
    return members.get(0).known().heads();
  }

  @Test
  void nobodyIsANewcomerToTheEpochThatIsThere() {
    for (Node member : simulation(PLAN).world().members()) {
      List<Known> usable = member.known().usable();
      Known highest = usable.get(usable.size() - 1);
      assertThat(member.peer().keying().ledger().after(highest).memberCount()).isEqualTo(24);
    }
  }

  @Test
  void whereAnAuthorityCertifiesAllTheyHaveEachOthersCertificates() {
    Plan certified = plan(List.of("expired", "revoked", "date-jump"));
    assertThat(simulation(certified).world().members()).hasSize(24).allMatch(Node::canSend);
    assertThat(simulation(certified).run().violations()).isEmpty();
  }

  @Test
  void whatBeganAtOnceKeepsEveryPropertyAndIsTheSameEachTime() {
    RunResult result = simulation(PLAN).run();
    assertThat(result.violations()).isEmpty();
    assertThat(result.totals().admitted()).isGreaterThanOrEqualTo(24);
    assertThat(result.totals().expelled()).isPositive();
    assertThat(simulation(PLAN).run().traceHash()).isEqualTo(result.traceHash());
  }
}
