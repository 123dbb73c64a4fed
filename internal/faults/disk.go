package faults

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// spare is how much a small disk holds beside the cluster that is copied onto it.
const spare = 48 << 20

// errNoDisk tells that a small disk cannot be made here.
var errNoDisk = errors.New("disk_full needs a small disk, and only root may mount one: run it as root, or leave it out with --without disk_full")

// small puts the server, which has stopped, on a disk of its own.
func (d *database) small(size int64) error {
	if os.Getuid() != 0 {
		return errNoDisk
	}
	if err := d.unmount(); err != nil {
		return err
	}
	_ = d.folder.Close() // of the disk before
	how := fmt.Sprintf("size=%d,mode=0700,uid=%d,gid=%d", size, d.as.Uid, d.as.Gid)
	if err := syscall.Mount("tmpfs", d.path, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, how); err != nil {
		return fmt.Errorf("%w: %w", errNoDisk, err)
	}
	d.mounted = true
	var err error
	d.folder, err = os.Open(d.path)
	return err
}

func (d *database) unmount() error {
	if !d.mounted {
		return nil
	}
	d.mounted = false
	_ = d.folder.Close() // it would keep the disk busy
	return syscall.Unmount(d.path, syscall.MNT_DETACH)
}

// fill leaves no room on the server's disk; free gives it back.
func (d *database) fill(ctx context.Context) error {
	f, err := os.Create(d.filler())
	if err != nil {
		return err
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for size := len(block); size > 0 && ctx.Err() == nil; {
		_, err := f.Write(block[:size])
		switch {
		case errors.Is(err, syscall.ENOSPC):
			size /= 16 // to the last page
		case err != nil:
			return err
		}
	}
	return ctx.Err()
}

func (d *database) free() error { return os.Remove(d.filler()) }

func (d *database) filler() string { return filepath.Join(d.path, "filler") }

// size is how much a server's files take.
func (d *database) size() (total int64, err error) {
	err = filepath.WalkDir(d.path, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return ignoreGone(err)
		}
		info, err := e.Info()
		if err == nil {
			total += info.Size()
		}
		return ignoreGone(err)
	})
	return total, err
}

// ignoreGone passes over files that the server removes meanwhile.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
