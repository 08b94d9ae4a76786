package io.keymoot.flatkeying.house;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.Source;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.ClassReader;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.ClassVisitor;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.MethodVisitor;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.Opcodes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** {@code synchronized} blocks, which a class's declarations do not show: only its code does. */
final class Monitors {
  private static final int API = Opcodes.ASM9;
  private static final Map<String, Set<String>> BY_CLASS = new ConcurrentHashMap<>();

  private Monitors() {}

  static boolean enteredBy(JavaMethod method) {
    JavaClass owner = method.getOwner();
    // By the name alone: which of several of one name it is does not matter.
    return BY_CLASS.computeIfAbsent(owner.getName(), any -> in(owner)).contains(method.getName());
  }

  private static Set<String> in(JavaClass type) {
    Source source = type.getSource().orElseThrow();
    Set<String> methods = new TreeSet<>();
    try (InputStream bytes = source.getUri().toURL().openStream()) {
      new ClassReader(bytes)
          .accept(
              new ClassVisitor(API) {
                @Override
                public MethodVisitor visitMethod(
                    int access, String name, String descriptor, String generic, String[] thrown) {
                  return new MethodVisitor(API) {
                    @Override
                    public void visitInsn(int opcode) {
                      if (opcode == Opcodes.MONITORENTER) {
                        methods.add(name);
                      }
                    }
                  };
                }
              },
              ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return methods;
  }
}
