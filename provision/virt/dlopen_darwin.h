// Where libvirt's libraries are on macOS. The binding asks dlopen(3) for them by their
// names on Linux, libvirt.so.0; Homebrew and MacPorts have libvirt.0.dylib, in
// directories that dyld does not search. So the binding's C is compiled with this file
// before it (CGO_CFLAGS in the Makefile), and asks here.

#ifndef __ASSEMBLER__

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#ifndef CLAWARIUM_LIBRARY_DIRS
#define CLAWARIUM_LIBRARY_DIRS "/opt/homebrew/lib", "/usr/local/lib", "/opt/local/lib"
#endif

static inline void *clawarium_dlopen(const char *name, int mode)
{
	static const char *const dirs[] = { CLAWARIUM_LIBRARY_DIRS };
	const char *version = name && !strchr(name, '/') ? strstr(name, ".so.") : NULL;
	char path[1024];
	void *library;
	size_t i;

	for (i = 0; version && i < sizeof dirs / sizeof *dirs; i++) {
		int n = snprintf(path, sizeof path, "%s/%.*s.%s.dylib", dirs[i], (int)(version - name), name, version + 4);
		if (n < 0 || (size_t)n >= sizeof path)
			continue;
		library = dlopen(path, mode);
		if (library) {
			dlerror(); // of the directories before; the binding takes it for its own
			return library;
		}
	}
	return dlopen(name, mode);
}

#define dlopen clawarium_dlopen

#endif
