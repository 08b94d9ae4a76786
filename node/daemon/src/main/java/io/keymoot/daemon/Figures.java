package io.keymoot.daemon;

import io.keymoot.runtime.GroupNode;
import io.keymoot.runtime.NodeEvent;
import io.keymoot.runtime.NodeState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** Figures for Prometheus, by Micrometer. No name of a member or group is a label. */
final class Figures {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicInteger members = new AtomicInteger();
  private final AtomicInteger heard = new AtomicInteger();

  Figures(Instant started) {
    Gauge.builder(
            "keymoot.uptime",
            started,
            since -> Duration.between(since, Instant.now()).toMillis() / 1e3)
        .baseUnit("seconds")
        .register(registry);
    Gauge.builder("keymoot.memory.used", Figures::usedMemory).baseUnit("bytes").register(registry);
  }

  private static double usedMemory() {
    Runtime runtime = Runtime.getRuntime();
    return (double) runtime.totalMemory() - runtime.freeMemory();
  }

  void watch(GroupNode node) {
    Gauge.builder("keymoot.members", members, AtomicInteger::get)
        .description("members of the group")
        .register(registry);
    Gauge.builder("keymoot.members.heard", heard, AtomicInteger::get)
        .description("members with fresh signed heartbeats")
        .register(registry);
    for (NodeState state : NodeState.values()) {
      Gauge.builder("keymoot.state", node, each -> each.status().state() == state ? 1 : 0)
          .tag("state", state.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
    DistributionSummary cost =
        DistributionSummary.builder("keymoot.rekey.cost")
            .baseUnit("bytes")
            .description("of each key that this device made")
            .register(registry);
    Counter keys = counter("keymoot.keys.used", "keys that came into use here");
    Counter messages = counter("keymoot.messages.opened", "messages that opened");
    Counter unopened = counter("keymoot.frames.unopened", "frames that did not");
    Counter refused = counter("keymoot.facts.refused", "facts refused");
    Counter away = counter("keymoot.policy.denied", "questions that the policy answered with no");
    node.listen(
        0,
        (id, event) -> {
          switch (event) {
            case NodeEvent.Rekeyed rekeyed -> cost.record(rekeyed.cost().bytes());
            case NodeEvent.KeyInUse key -> keys.increment();
            case NodeEvent.Message message -> messages.increment();
            case NodeEvent.Unopened some -> unopened.increment(some.frames());
            case NodeEvent.Refused fact -> refused.increment();
            case NodeEvent.Decided decided when !decided.yes() -> away.increment();
            case NodeEvent.RosterChanged changed -> members.set(changed.members());
            case NodeEvent.Hearing hearing -> heard.set(hearing.heard());
            default -> {} // no figure
          }
        });
    FunctionCounter.builder("keymoot.network.dropped", node, each -> dropped(each))
        .description("messages that a full queue lost")
        .register(registry);
  }

  private static double dropped(GroupNode node) {
    return node.counts().dropped();
  }

  private Counter counter(String name, String about) {
    return Counter.builder(name).description(about).register(registry);
  }

  String text() {
    return registry.scrape("text/plain; version=0.0.4; charset=utf-8");
  }
}
