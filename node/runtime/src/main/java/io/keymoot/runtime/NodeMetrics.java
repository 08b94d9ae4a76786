package io.keymoot.runtime;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/**
 * A node's figures for Micrometer, for whoever has it: the library does not need it.
 *
 * <pre>{@code
 * new NodeMetrics(node, "ward 3").bindTo(registry);
 * }</pre>
 */
public final class NodeMetrics implements MeterBinder {
  private final GroupNode node;
  private final Tags tags;

  /**
   * @param name tells the nodes of a process apart
   */
  public NodeMetrics(GroupNode node, String name) {
    this.node = node;
    this.tags = Tags.of("group", name);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    for (NodeState state : NodeState.values()) {
      Gauge.builder("keymoot.state", node, each -> each.status().state() == state ? 1 : 0)
          .tags(tags.and("state", state.name()))
          .description("1 for the state that the node is in")
          .register(registry);
    }
    Gauge.builder("keymoot.members", node, each -> each.figures().members)
        .tags(tags)
        .description("Members of the group, as this node knows")
        .register(registry);
    Gauge.builder("keymoot.opening.keys", node, GroupNode::openingKeys)
        .tags(tags)
        .description("Keys of the group under which frames are opened now")
        .register(registry);
    Gauge.builder("keymoot.opening.senders", node, GroupNode::openedSenders)
        .tags(tags)
        .description("Stays whose frames are opened, this node's own among them")
        .register(registry);
    Gauge.builder("keymoot.opening.ready", node, GroupNode::openingKeysAtHand)
        .tags(tags)
        .description("Keys of senders that are at hand, of those under each of the group's keys")
        .register(registry);
    counter(
        registry,
        "keymoot.opening.derived",
        "Keys of senders derived to open frames; all other frames found theirs ready",
        each -> each.figures().openingKeys().derived());
    counter(
        registry,
        "keymoot.opening.dropped",
        "Of those, the ones that gave way to others before the group's key went",
        each -> each.figures().openingKeys().droppedForRoom());
    counter(registry, "keymoot.keys", "Keys taken into use", each -> each.figures().keys.sum());
    counter(registry, "keymoot.rekeys", "Keys made here", each -> each.figures().rekeys.sum());
    counter(
        registry,
        "keymoot.ignored",
        "Messages that could not be used",
        each -> each.figures().ignored.sum());
    counter(registry, "keymoot.frames.opened", "", each -> each.figures().opened.sum());
    counter(
        registry,
        "keymoot.frames.unopened",
        "Frames that were refused, or waited for a key",
        each -> each.figures().unopened.sum());
    counter(
        registry,
        "keymoot.frames.dropped",
        "Frames that came faster than they were opened",
        each -> each.framesDropped());
    counter(
        registry,
        "keymoot.frames.lost",
        "Reliable frames that others sent and that never came",
        each -> each.counts().lost());
    counter(
        registry,
        "keymoot.frames.keyless",
        "Reliable frames that came, and whose key did not come in time",
        each -> each.framesWithoutKey());
    counter(registry, "keymoot.transport.sent", "", each -> each.counts().sent());
    counter(registry, "keymoot.transport.received", "", each -> each.counts().received());
    counter(registry, "keymoot.transport.dropped", "", each -> each.counts().dropped());
    counter(registry, "keymoot.transport.refused", "", each -> each.counts().refused());
    node.hitRates()
        .keySet()
        .forEach(
            cache ->
                Gauge.builder(
                        "keymoot.cache.hit.rate",
                        node,
                        each -> each.hitRates().getOrDefault(cache, 0.0))
                    .tags(tags.and("cache", cache))
                    .description("How often the cache knew")
                    .register(registry));
  }

  private void counter(
      MeterRegistry registry, String name, String description, ToDoubleFunction<GroupNode> value) {
    FunctionCounter.builder(name, node, value)
        .tags(tags)
        .description(description)
        .register(registry);
  }
}
