package io.keymoot.simulator.plant;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.keymoot.simulator.run.Shortcuts;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.dynamic.loading.ClassReloadingStrategy;
import org.jspecify.annotations.Nullable;

/**
 * A mistake in the running code, until it is closed. The product knows nothing of it: the class is
 * changed in this JVM, and changed back.
 */
public final class Planted {
  private final @Nullable Class<?> changed;
  private final @Nullable ClassReloadingStrategy strategy;

  private Planted(@Nullable Class<?> changed, @Nullable ClassReloadingStrategy strategy) {
    this.changed = changed;
    this.strategy = strategy;
  }

  /** By name, or none. */
  public static Planted byName(Optional<String> name) {
    if (name.isEmpty()) {
      return new Planted(null, null);
    }
    Plant plant =
        Plant.all().stream()
            .filter(each -> each.name().equals(name.get()))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no mistake is called " + name.get()));
    return in(plant);
  }

  private static Planted in(Plant plant) {
    // Before, for it changes classes too, and would change them back to what they were.
    Shortcuts.makeReady();
    ByteBuddyAgent.install();
    ClassReloadingStrategy strategy = ClassReloadingStrategy.fromInstalledAgent();
    try {
      Class<?> changed = Class.forName(plant.type());
      if (Arrays.stream(changed.getDeclaredMethods())
          .noneMatch(method -> method.getName().equals(plant.method()))) {
        throw new IllegalStateException("what " + plant.name() + " would change is gone");
      }
      Class<?> mistake = Class.forName(plant.mistake());
      var made =
          new ByteBuddy()
              .redefine(changed)
              .visit(Advice.to(mistake).on(named(plant.method())))
              .make();
      made.load(changed.getClassLoader(), strategy);
      return new Planted(changed, strategy);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("what " + plant.name() + " would change is gone", e);
    }
  }

  /** Takes it out again. */
  public void close() {
    if (changed == null || strategy == null) {
      return;
    }
    try {
      strategy.reset(changed);
      Shortcuts.makeReadyAgain(changed);
    } catch (IOException e) {
      throw new IllegalStateException("the class cannot be read to be put back", e);
    }
  }
}
