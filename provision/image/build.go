package image

// An image built here, from the signed packages of the Debian archive that this
// computer's own apt uses: mmdebstrap makes the tree and the recipe's script
// makes a disk of it. Nothing is mounted and no device is opened, so that an
// ordinary account can do it too, in a user namespace.

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/clawarium/clawarium/assets/images"
	"github.com/clawarium/clawarium/assets/text"
)

const (
	codename = "trixie" // Debian 13, like the official image
	rootMiB  = 2048     // root file system as built; it grows on first boot
	// scratch is what building takes in the temporary directory, and product
	// what it leaves in the cache, in bytes; measured 1.5 GB and 450 MB.
	scratch = 2 << 30
	product = 600 << 20
)

// boot names what differs between architectures: the loader's suffix and the
// serial console of QEMU's machine type.
var boot = map[string]struct{ loader, console string }{
	"amd64": {"x64", "ttyS0,115200"},
	"arm64": {"aa64", "ttyAMA0,115200"},
}

// tools of the build and the packages that have them.
var tools = []struct{ name, pkg string }{
	{"mmdebstrap", "mmdebstrap"}, {"tar", "tar"}, {"sfdisk", "fdisk"}, {"mkfs.vfat", "dosfstools"},
	{"mcopy", "mtools"}, {"mke2fs", "e2fsprogs"}, {"qemu-img", "qemu-utils"},
}

// buildName is the image's name in the cache, and the sources it is built from.
// It changes with the recipe and with the archive, and with nothing else: a
// built image is used until it is deleted.
func buildName(arch string) (name string, lines []string, err error) {
	a, err := hostArchive("/")
	if err != nil {
		return "", nil, err
	}
	lines = a.lines(codename)
	h := sha256.New()
	fmt.Fprintln(h, images.Build(arch).Hash(), arch, rootMiB, boot[arch], strings.Join(lines, "\n"))
	return fmt.Sprintf("build-%s-%s-%x.qcow2", codename, arch, h.Sum(nil)[:6]), lines, nil
}

func (s *Store) cachedBuild(r Request) (Image, bool) {
	name, _, err := buildName(r.Arch)
	if err != nil {
		return Image{}, false
	}
	rec, ok := s.lookup(name)
	return rec.Image, ok && (r.SHA512 == "" || rec.SHA512 == r.SHA512)
}

func (s *Store) build(ctx context.Context, r Request, reporter Reporter) (Image, error) {
	if s.builder != nil {
		return s.builder(ctx, r, reporter)
	}
	t := &text.T().Image
	name, lines, err := buildName(r.Arch)
	if err := errors.Join(err, buildable(r.Arch)); err != nil {
		return Image{}, err
	}
	unlock, err := s.lock(ctx, "build", reporter)
	if err != nil {
		return Image{}, err
	}
	defer unlock()
	img, ok, err := s.good(ctx, name, reporter)
	if !ok && err == nil {
		img, err = s.make(ctx, r, name, lines, reporter)
	}
	if err != nil {
		return Image{}, s.diskFull(err)
	}
	if r.SHA512 != "" && img.SHA512 != r.SHA512 {
		return Image{}, &text.Fault{What: fmt.Sprintf(t.NotPinned, img.Path), Hint: t.NotPinnedHint}
	}
	// One that was built for another reason is here because it was asked for.
	img.Note = fmt.Sprintf(t.NoteBuilt, img.Release, s.packages(img))
	return img, nil
}

// buildable reports everything that is missing at once.
func buildable(arch string) error {
	t := &text.T().Image
	if runtime.GOOS != "linux" {
		return &text.Fault{What: t.NotOnThisSystem, Hint: t.NotOnThisHint}
	}
	var missing []error
	if arch != runtime.GOARCH {
		missing = append(missing, &text.Fault{What: fmt.Sprintf(t.ForeignArch, arch, runtime.GOARCH), Hint: t.ForeignArchHint})
	}
	needed := tools
	if os.Geteuid() != 0 {
		needed = append(needed[:len(needed):len(needed)], struct{ name, pkg string }{"newuidmap", "uidmap"})
	}
	for _, tool := range needed {
		if _, err := look(tool.name, tool.pkg); err != nil {
			missing = append(missing, err)
		}
	}
	if _, err := os.Stat(keyring); err != nil {
		missing = append(missing, &text.Fault{What: fmt.Sprintf(t.NoKeyring, keyring), Hint: t.NoKeyringHint, Err: err})
	}
	if os.Geteuid() != 0 {
		if u, err := user.Current(); err == nil && !(subordinate("/etc/subuid", u) && subordinate("/etc/subgid", u)) {
			missing = append(missing, &text.Fault{What: fmt.Sprintf(t.NoSubordinate, u.Username), Hint: fmt.Sprintf(t.NoSubordinateFix, u.Username)})
		}
	}
	return errors.Join(missing...)
}

// subordinate says whether subuid(5) or subgid(5) has a range for the account.
func subordinate(file string, u *user.User) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), ":")
		if len(fields) == 3 && (fields[0] == u.Username || fields[0] == u.Uid) {
			if n, err := strconv.ParseInt(fields[2], 10, 64); err == nil && n >= 65536 {
				return true
			}
		}
	}
	return false
}

// make runs mmdebstrap and, at the other end of a pipe, the script that writes
// the disk; the disk comes out of that into a file that nobody else knows.
func (s *Store) make(ctx context.Context, r Request, name string, lines []string, reporter Reporter) (Image, error) {
	parent, err := workParent()
	if err != nil {
		return Image{}, err
	}
	if err := errors.Join(s.enough(parent, scratch), s.enough(s.Dir, product)); err != nil {
		return Image{}, err
	}
	work, discard, err := s.workDir(ctx, parent, reporter)
	if err != nil {
		return Image{}, err
	}
	defer discard()
	out, err := s.temporary("build")
	if err != nil {
		return Image{}, err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	settings := hostSettings(ctx, reporter)
	if r.CA != "" {
		bundle, err := authorities(work, r.CA)
		if err != nil {
			return Image{}, err
		}
		settings = append(settings, fmt.Sprintf("Acquire::https::CAInfo %q", bundle))
	}
	now := time.Now().UTC()
	recipe, epoch := images.Build(r.Arch), now.Truncate(24*time.Hour).Unix()
	env := []string{
		"TMPDIR=" + work, fmt.Sprintf("SOURCE_DATE_EPOCH=%d", epoch), fmt.Sprintf("EPOCH=%d", epoch),
		"CONSOLE=" + boot[r.Arch].console, "LOADER=" + boot[r.Arch].loader, fmt.Sprintf("ROOT_MIB=%d", rootMiB),
	}
	tree, tarball, err := os.Pipe()
	if err != nil {
		return Image{}, err
	}
	defer tree.Close()
	// Either end that fails stops the other; the tree's own failure is the cause
	// when both did.
	ctxBoth, stop := context.WithCancel(ctx)
	defer stop()
	packages := map[string]string{}
	assembled := make(chan error, 1)
	go func() {
		err := run(ctxBoth, reporter, assembly(recipe, work, env, tree, out, packages))
		if err != nil {
			stop()
		}
		assembled <- err
	}()
	err = run(ctxBoth, reporter, bootstrap(r.Arch, recipe, work, lines, settings, env, tarball, reporter))
	tarball.Close()
	if err != nil && !errors.Is(err, context.Canceled) {
		stop()
		<-assembled
		return Image{}, err
	}
	if err := errors.Join(<-assembled); err != nil {
		return Image{}, err
	}
	if err := errors.Join(out.Sync(), out.Close()); err != nil {
		return Image{}, err
	}
	sum, err := hashFile(ctx, out.Name(), reporter)
	if err != nil {
		return Image{}, err
	}
	release := codename + " " + now.Format(time.DateOnly)
	rec := record{Packages: packages, Image: Image{
		SHA512: sum, Source: Build, Release: release,
		Note: fmt.Sprintf(text.T().Image.NoteBuilt, release, len(packages)),
	}}
	return s.publish(out.Name(), name, rec)
}

// bootstrap is the command that writes the tree as a tar archive.
func bootstrap(arch string, recipe images.Recipe, work string, lines, settings, env []string, tarball io.Writer, reporter Reporter) command {
	mode := "unshare"
	if os.Geteuid() == 0 {
		mode = "root"
	}
	args := []string{
		"--mode=" + mode, "--variant=apt", "--format=tar", "--architectures=" + arch,
		"--include=" + strings.Join(recipe.Packages, ","),
		// Does nothing; names the build to endOrphans.
		"--setup-hook=: " + work,
		// By way of the environment, since mmdebstrap says every hook aloud.
		`--essential-hook=sh -c "$ESSENTIAL" essential "$1"`, `--customize-hook=sh -c "$CUSTOMIZE" customize "$1"`,
		`--aptopt=Acquire::Languages "none"`,
	}
	for _, setting := range settings {
		args = append(args, "--aptopt="+setting)
	}
	for _, option := range []string{
		"path-exclude=/usr/share/man/*", "path-exclude=/usr/share/info/*", "path-exclude=/usr/share/locale/*",
		"path-exclude=/usr/share/doc/*", "path-include=/usr/share/doc/*/copyright",
	} {
		args = append(args, "--dpkgopt="+option)
	}
	args = append(append(args, codename, "-"), lines...)
	env = append(env[:len(env):len(env)], "ESSENTIAL="+recipe.Essential, "CUSTOMIZE="+recipe.Customize)
	t := &text.T().Image
	// How far it is, by the lines that mmdebstrap says it is there with.
	marks := []struct {
		says, stage string
		percent     float64
	}{
		{"I: running apt-get update", t.Fetching, 1}, {"I: downloading packages", t.Fetching, 4},
		{"I: extracting archives", t.Installing, 15}, {"I: installing essential", t.Installing, 20},
		{"I: installing remaining", t.Installing, 35}, {"I: running --customize-hook", t.Finishing, 80},
		{"I: creating tarball", t.Assembling, 92},
	}
	return command{name: "mmdebstrap", pkg: "mmdebstrap", args: args, env: env, stdout: tarball, line: func(line string) bool {
		for _, m := range marks {
			if strings.HasPrefix(line, m.says) {
				reporter.Stage(m.stage)
				reporter.Percent(m.percent)
			}
		}
		return true
	}}
}

// assembly is the command that makes the disk. It prints the list of packages,
// one a line after "package:", among what it has to say.
func assembly(recipe images.Recipe, work string, env []string, tree io.Reader, out io.Writer, packages map[string]string) command {
	c := command{name: "sh", pkg: "dash", args: []string{"-c", recipe.Assemble, work}, env: env, stdin: tree, stdout: out}
	if os.Geteuid() != 0 {
		c.name, c.pkg, c.args = "mmdebstrap", "mmdebstrap", []string{"--unshare-helper", "sh", "-c", recipe.Assemble, work}
	}
	c.line = func(line string) bool {
		fields := strings.Split(line, "\t")
		if len(fields) != 4 || fields[0] != "package:" {
			return true
		}
		packages[fields[1]] = fields[2]
		return false
	}
	return c
}

// authorities writes the system's certificate authorities and one more into one
// file, which is how apt takes them.
func authorities(dir, extra string) (string, error) {
	all, _ := os.ReadFile("/etc/ssl/certs/ca-certificates.crt")
	more, err := os.ReadFile(extra)
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(dir, "clawarium-ca-*.pem")
	if err != nil {
		return "", err
	}
	_, err = f.Write(append(append(all, '\n'), more...))
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}
