using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace Kiroku.Access;

/// <summary>
/// Who may do what: each rule names the role that a caller needs in the project that owns the thing. Administrators
/// may do everything everywhere, as by Nova's defaults. A setting below <see cref="Section"/> names another role for
/// its rule.
/// </summary>
internal sealed class Policy
{
    public const string Section = "Policy";

    /// <summary>The policy when there are no settings.</summary>
    public static readonly Policy Default = new(FrozenDictionary<string, string>.Empty);

    /// <summary>The roles that settings name, by rule name.</summary>
    private readonly FrozenDictionary<string, string> changed;

    private Policy(FrozenDictionary<string, string> changed) => this.changed = changed;

    /// <summary>The rules with their own roles, except where a setting names another.</summary>
    /// <exception cref="OptionsValidationException">A setting names an unknown rule, or no role.</exception>
    public static Policy Of(IEnumerable<Rule> rules, IConfiguration configuration)
    {
        var known = rules.Select(rule => rule.Name).ToHashSet(StringComparer.Ordinal);
        var changed = new Dictionary<string, string>(StringComparer.Ordinal);
        // A rule's name has colons, which configuration takes for levels. The path of a key, relative to the section,
        // is the rule's name again.
        foreach (var (rule, role) in configuration.GetSection(Section).AsEnumerable(makePathsRelative: true))
        {
            if (role is null)
                continue;
            if (!known.Contains(rule))
                throw Wrong($"{Section}:{rule} is no rule; docs/policy.md lists them.");
            if (role.Length == 0 || role.Any(char.IsWhiteSpace))
                throw Wrong($"{Section}:{rule} is to be the name of a role, as reader, member or admin.");
            changed[rule] = role;
        }
        return new Policy(changed.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>The role that the rule requires.</summary>
    public string RoleFor(Rule rule) => changed.GetValueOrDefault(rule.Name, rule.Role);

    private static OptionsValidationException Wrong(string failure) => new(Section, typeof(Policy), [failure]);
}
