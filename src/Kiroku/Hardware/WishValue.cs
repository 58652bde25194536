using System.Globalization;
using System.Text.RegularExpressions;
using Kiroku.Api;

namespace Kiroku.Hardware;

/// <summary>
/// The values that a wish takes, with Nova's two ways to refuse others: of an image's property
/// (nova/objects/fields.py), and of a flavor's extra spec (nova/api/validation/extra_specs/base.py).
/// </summary>
internal abstract record WishValue
{
    public static readonly WishValue Text = new AnyText();

    /// <summary>The value in the form that is compared and passed on.</summary>
    public virtual string Canonical(string value) => value;

    /// <summary>Why an image cannot have the value; null if it can.</summary>
    public virtual string? RefusalInImage(string value) => null;

    /// <summary>Why a flavor cannot have the value; null if it can.</summary>
    public virtual string? RefusalInFlavor(string value) => null;

    private sealed record AnyText : WishValue;
}

/// <summary>A truth. Images may have any word, and what means nothing is false.</summary>
internal sealed record YesOrNo : WishValue
{
    public static bool IsTrue(string? value) => value is not null && Truth.Of(value, otherwise: false);

    public override string? RefusalInFlavor(string value) => Truth.TryParse(value, out _)
        ? null : $"'{value}' is not a valid boolean-like value.";
}

/// <summary>A whole number between bounds, which only flavors' extra specs have.</summary>
internal sealed record Number(long Least = long.MinValue, long Most = long.MaxValue) : WishValue
{
    public static long? Read(string? value)
        => long.TryParse(value?.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number : null;

    public override string? RefusalInImage(string value) => Read(value) is null
        ? $"invalid literal for int() with base 10: {PythonText.Quote(value)}" : null;

    public override string? RefusalInFlavor(string value) => Read(value) switch
    {
        null => $"'{value}' is not a valid integer value.",
        var number when number > Most => $"'{number}' is greater than the max value of '{Most}'.",
        var number when number < Least => $"'{number}' is less than the min value of '{Least}'.",
        _ => null,
    };
}

/// <summary>One of some words. Of an image some are read in any case, and some have older names.</summary>
internal sealed record OneOf(params string[] Words) : WishValue
{
    public static readonly OneOf DiskBus
        = new("fdc", "ide", "sata", "scsi", "usb", "virtio", "xen", "lxc", "uml");

    public static readonly OneOf WatchdogAction = new("none", "pause", "poweroff", "reset", "disabled");

    public static readonly OneOf SoundModel
        = new("sb16", "es1370", "pcspk", "ac97", "ich6", "ich9", "usb", "virtio");

    public static readonly OneOf UsbModel = new("none", "nec-xhci", "qemu-xhci");

    public static readonly OneOf TpmModel = new("tpm-tis", "tpm-crb");

    public static readonly OneOf TpmVersion = new("1.2", "2.0");

    public static readonly OneOf CpuPolicy = new("dedicated", "shared", "mixed");

    public static readonly OneOf ThreadPolicy = new("prefer", "isolate", "require");

    public static readonly OneOf EncryptedMemory = new("amd-sev", "amd-sev-es", "amd-sev-snp");

    public static readonly OneOf EncryptedDisk = new("plain", "luks", "luksv2");

    public static readonly OneOf Iommu = new("intel", "smmuv3", "virtio", "auto");

    public bool InAnyCase { get; init; }

    public IReadOnlyDictionary<string, string> Older { get; init; } = new Dictionary<string, string>();

    /// <summary>How an image's other value is refused, with {0} for the value.</summary>
    public string Refusal { get; init; } = "Field value {0} is invalid";

    public override string Canonical(string value)
    {
        var word = InAnyCase ? value.ToLowerInvariant() : value;
        return Older.GetValueOrDefault(word, word);
    }

    public override string? RefusalInImage(string value) => Words.Contains(Canonical(value))
        ? null : string.Format(CultureInfo.InvariantCulture, Refusal, value);

    public override string? RefusalInFlavor(string value) => Words.Contains(value)
        ? null : $"'{value}' is not one of: {string.Join(", ", Words)}.";
}

/// <summary>Text of a form. Nova's expressions are such that backtracking could take for ever.</summary>
internal sealed record Format(string Expression) : WishValue
{
    private readonly Regex whole
        = new($"^(?:{Expression})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    public override string? RefusalInFlavor(string value) => whole.IsMatch(value)
        ? null : $"'{value}' is not of the format '{Expression}'.";
}

/// <summary>Conditions on a version, such as "&gt;=7.0, &lt;9" (oslo_utils.versionutils.VersionPredicate).</summary>
internal sealed partial record VersionRange : WishValue
{
    public static bool Has(string range, string version) => range.Split(',').All(part =>
    {
        var match = Condition().Match(part);
        var order = match.Success ? Order(version, match.Groups[2].Value) : 0;
        return match.Groups[1].Value switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            "==" => order == 0,
            ">" => order > 0,
            ">=" => order >= 0,
            _ => order != 0,
        };
    });

    public override string? RefusalInImage(string value) => value.Split(',').All(part => Condition().IsMatch(part))
        ? null : $"Version {value} is not a valid predicate in field img_hv_requested_version";

    private static int Order(string version, string wanted)
    {
        var (a, b) = (NumbersOf(version), NumbersOf(wanted));
        return Enumerable.Range(0, 4).Select(place => a[place].CompareTo(b[place]))
            .FirstOrDefault(order => order != 0);
    }

    private static long[] NumbersOf(string version)
        => [.. version.Split('.').Concat(["0", "0", "0", "0"]).Take(4).Select(part => Number.Read(part) ?? 0)];

    [GeneratedRegex(@"^\s*(<=|>=|<|>|!=|==)\s*([0-9]+(?:\.[0-9]+){0,3})\s*$")]
    private static partial Regex Condition();
}
