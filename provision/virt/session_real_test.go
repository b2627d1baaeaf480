//go:build real && linux

package virt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/clawarium/clawarium/assets/layout"
)

// The session is tested as an ordinary user called t-virt, whom the test makes
// and removes: root has no session of its own. The test runs itself again as
// that user.

const asUser = "CLAWARIUM_TEST_AS_USER"

func TestAsAnOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to make the user")
	}
	run(t, "useradd", "--create-home", "t-virt")
	u, err := user.Lookup("t-virt")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	t.Cleanup(func() {
		endProcessesOf(t, uid)
		run(t, "userdel", "--remove", "t-virt")
	})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	runtimeDir := filepath.Join(u.HomeDir, "run")
	test := filepath.Join(u.HomeDir, "virt.test")
	if err := errors.Join(os.Mkdir(runtimeDir, 0o700), os.Chown(runtimeDir, uid, gid), os.WriteFile(test, binary, 0o755)); err != nil {
		t.Fatal(err)
	}
	// A copy: the cache of whoever runs this may be closed to others.
	image := os.Getenv("CLAWARIUM_TEST_IMAGE")
	if image != "" {
		own := filepath.Join(u.HomeDir, "base.qcow2")
		run(t, "install", "-o", u.Uid, "-m", "0600", image, own)
		image = own
	}
	for _, name := range []string{"TestUserIsDeniedTheSystem", "TestUserHasASession"} {
		cmd := exec.Command(test, "-test.run", name, "-test.v", "-test.timeout", "9m")
		cmd.Dir = u.HomeDir
		cmd.Env = []string{"HOME=" + u.HomeDir, "USER=t-virt", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "XDG_RUNTIME_DIR=" + runtimeDir,
			asUser + "=1", "CLAWARIUM_TEST_IMAGE=" + image}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		out, err := cmd.CombinedOutput()
		t.Logf("%s", out)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// endProcessesOf ends what the user's session has left: its libvirt daemon.
func endProcessesOf(t *testing.T, uid int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if info, err := os.Stat("/proc/" + e.Name()); err == nil && info.Sys().(*syscall.Stat_t).Uid == uint32(uid) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	time.Sleep(500 * time.Millisecond)
}

func TestUserIsDeniedTheSystem(t *testing.T) {
	if os.Getenv(asUser) == "" {
		t.Skip("is run by TestAsAnOrdinaryUser")
	}
	_, err := Open(t.Context(), SystemURI)
	t.Logf("%v", err)
	if !errors.Is(err, ErrDenied) {
		t.Errorf("%v", err)
	}
	uri, why, err := Choose(t.Context(), "auto")
	t.Logf("%s: %s, %v", uri, why, err)
	if uri != SessionURI || err != nil || !strings.Contains(why, "your own account") {
		t.Errorf("%s, %q, %v", uri, why, err)
	}
}

func TestUserHasASession(t *testing.T) {
	if os.Getenv(asUser) == "" {
		t.Skip("is run by TestAsAnOrdinaryUser")
	}
	ctx := t.Context()
	c, err := Open(ctx, SessionURI)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	support, err := c.Supports(ctx, "amd64", false)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", support)
	const name = "t-virt-s"
	home, _ := os.UserHomeDir()
	pool, err := c.EnsurePool(ctx, "t-virt-pool", filepath.Join(home, "pool"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	s := Spec{
		Machine: name, UUID: "7d3c7e6e-0000-4000-8000-00000000a004", Arch: "amd64", CPUs: 2, Memory: 1 << 30, MAC: realMAC, SSHPort: port,
		SystemDisk: pool.PathOf(layout.SystemDisk(name)), DataDisk: pool.PathOf(layout.DataDisk(name)),
		CodeDisk: pool.PathOf("t-code.squashfs"), Seed: pool.PathOf(layout.Seed(name)),
	}
	image := os.Getenv("CLAWARIUM_TEST_IMAGE")
	if image != "" {
		_, err = pool.Upload(ctx, "t-base.qcow2", image, true, quiet{})
		if err == nil {
			_, err = pool.CreateOverlay(ctx, layout.SystemDisk(name), "t-base.qcow2", 4<<30)
		}
	} else {
		_, err = pool.CreateBlank(ctx, layout.SystemDisk(name), 1<<30)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{
		func() error { _, err := pool.CreateBlank(ctx, layout.DataDisk(name), 1<<30); return err },
		func() error {
			_, err := pool.UploadFrom(ctx, "t-code.squashfs", bytes.NewReader(make([]byte, 1<<20)), 1<<20, true, quiet{})
			return err
		},
		func() error {
			_, err := pool.Upload(ctx, layout.Seed(name), drillSeed(t, slirpGuest, slirpHost, 24), true, quiet{})
			return err
		},
		func() error { return c.Define(ctx, s) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	// The stream gives the bytes that the file has.
	direct, err := os.ReadFile(s.Seed)
	if err != nil {
		t.Fatal(err)
	}
	stream := pool.download(ctx, layout.Seed(name))
	streamed, err := io.ReadAll(stream)
	if err != nil || !bytes.Equal(direct, streamed) {
		t.Errorf("download: %d of %d bytes, %v", len(streamed), len(direct), err)
	}
	stream.Close()

	var out console
	k, err := c.Start(ctx, name, &out)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	defer func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		err := errors.Join(c.Destroy(ctx, name), k.Close(), c.Undefine(ctx, name))
		volumes, _ := pool.Volumes(ctx)
		for _, v := range volumes {
			err = errors.Join(err, pool.DeleteVolume(ctx, v.Name))
		}
		err = errors.Join(err, pool.Delete(ctx))
		all, listed := c.Inventory(ctx, "t-virt-pool")
		if err = errors.Join(err, listed); err != nil || !all.Empty() {
			t.Errorf("left: %s, %v", all, err)
		}
		nvram, _ := filepath.Glob(filepath.Join(home, ".config/libvirt/qemu/nvram/*"))
		if len(nvram) > 0 {
			t.Errorf("left: %q", nvram)
		}
	}()
	eventually(t, 2*time.Minute, "the firmware speaks", func() bool { return strings.Contains(out.String(), "BdsDxe") })
	if image == "" {
		return
	}
	arrived := escapes(t)
	eventually(t, 6*time.Minute, "the drills on the console", func() bool { return strings.Contains(out.String(), "DRILLS DONE") })
	t.Logf("drills done after %s", time.Since(began))
	judgeDrills(t, out.String())
	if got := arrived(); len(got) > 0 {
		t.Errorf("arrived on the host: %q", got)
	}
	reachSSH(t, fmt.Sprintf("127.0.0.1:%d", port))
	if err := c.Eject(ctx, name, time.Minute); err != nil {
		t.Errorf("eject: %v", err)
	}
	if err := c.Shutdown(ctx, name, time.Minute, false); err != nil {
		t.Errorf("shutdown: %v", err)
	}
}
