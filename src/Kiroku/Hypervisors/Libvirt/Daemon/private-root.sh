# Run as root of a fresh user and mount namespace: makes a root folder in which a private libvirtd, as the system's
# would, finds its places where it looks for them, and in which nothing of the host's is but programs, devices and this
# data folder's machines.
# DATA IDS KVM-GROUP COMMAND…
set -eu
data=$1 ids=$2 kvm=$3
shift 3
own=$data/libvirt root=$data/libvirt/n

mount --make-rprivate /
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs "$root"
for entry in /*; do
  case $entry in
    /bin | /sbin | /lib* | /usr | /dev | /proc | /sys) ;;
    *) continue ;;
  esac
  if [ -L "$entry" ]; then
    ln -s "$(readlink "$entry")" "$root$entry"
  else
    mkdir "$root$entry"
    mount --rbind "$entry" "$root$entry"
  fi
done

# The host's settings but for those of libvirt and of accounts: every machine's account has the same name, so that all
# are in its groups.
mkdir -p "$root/etc/libvirt" "$root/.etc" "$root/.old" "$root/run/libvirt/qemu" "$root/var/tmp" "$root/tmp"
# Of their own, or one machine could fill what libvirt needs for all.
for folder in tmp var/tmp; do mount -t tmpfs -o mode=1777,nosuid,nodev,size=16m tmpfs "$root/$folder"; done
mount --rbind /etc "$root/.etc"
(
  set --
  for entry in /etc/*; do
    case $entry in
      /etc/libvirt | /etc/passwd | /etc/group) ;;
      *) set -- "$@" "/.etc/${entry#/etc/}" ;;
    esac
  done
  ln -s "$@" "$root/etc/"
)
{
  echo 'root:x:0:0::/:/bin/sh'
  echo 'libvirt-qemu:x:1:1::/:/bin/false'
  seq 2 "$ids" | sed 's/.*/machine:x:&:&::\/:\/bin\/false/'
} >"$root/etc/passwd"
{
  echo 'root:x:0:'
  echo 'libvirt-qemu:x:1:machine'
  [ -z "$kvm" ] || echo "kvm:x:$kvm:root,libvirt-qemu,machine"
} >"$root/etc/group"
for folder in /run/systemd/resolve /run/NetworkManager /run/resolvconf; do
  [ -d "$folder" ] || continue
  mkdir -p "$root$folder"
  mount --rbind "$folder" "$root$folder"
done

bind() {
  mkdir -p "$1" "$2"
  mount --rbind "$1" "$2"
}
for folder in libvirt volumes consoles; do bind "$data/$folder" "$root$data/$folder"; done
for folder in qemu storage secrets; do bind "$own/c/libvirt/$folder" "$root/etc/libvirt/$folder"; done
touch "$root/etc/libvirt/qemu.conf"
mount --bind "$own/c/libvirt/qemu.conf" "$root/etc/libvirt/qemu.conf"
bind "$own/r/libvirt/qemu/run" "$root/run/libvirt/qemu"
bind "$own/a" "$root/var/cache/libvirt"
bind "$own/s" "$root/var/log/libvirt"
bind "$own/v" "$root/var/lib/libvirt"
mkdir -p "$own/c/libvirt/qemu/save"
bind "$own/c/libvirt/qemu/save" "$root/var/lib/libvirt/qemu/save"
# A short link to the folder, where that lies too deep for sockets.
[ "$ALIAS" = "$own" ] || { mkdir -p "$root${ALIAS%/*}" && ln -s "$own" "$root$ALIAS"; }

# No machine of this namespace runs yet: what one had when the host went down is nobody's, bases are everybody's to
# read, and machines that a daemon of a time before there were accounts has left running are ours. None of it where this
# is only tried.
if [ "$1" != true ]; then
  # What is of an id that is none here (65534), such as a lost+found, is nothing that a machine left.
  find -H "$data/volumes" "$data/consoles" -maxdepth 1 -xdev -type f ! -uid 0 ! -uid 65534 -exec chown -h 0:0 {} +
  find -H "$data/volumes" -maxdepth 1 -xdev -type f ! -uid 65534 -name 'image-*' ! -name '*.half' ! -gid 1 \
    -exec chown -h 0:1 {} + -exec chmod 0440 {} +
  chown 0:1 "$data/volumes"
  chmod 0710 "$data/volumes"
  label="<label>+0:+0</label><imagelabel>+0:+0</imagelabel>"
  label="<seclabel type='static' model='dac' relabel='yes'>$label</seclabel>"
  for note in "$own"/r/libvirt/qemu/run/*.xml; do
    [ -f "$note" ] || continue
    grep -q "model='dac'" "$note" ||
      sed -i "s|</domain>|$label</domain>|" "$note"
  done
fi

cd "$root"
pivot_root . .old
umount -l /.old
cd /
setsid --fork setpriv --reuid=0 --regid=0 --init-groups --inh-caps=-all --ambient-caps=-all -- "$@" \
  </dev/null >&3 2>&1 3>&-
