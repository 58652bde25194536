using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace Kiroku.Access;

/// <summary>
/// Who may do what: for each rule the role it takes in the project that owns the thing. Administrators may do
/// everything everywhere, as by Nova's defaults. A setting below <see cref="Section"/> names another role for its rule.
/// </summary>
internal sealed class Policy
{
    public const string Section = "Policy";

    /// <summary>What holds without any setting.</summary>
    public static readonly Policy Default = new(FrozenDictionary<string, string>.Empty);

    /// <summary>The roles that settings name, by their rules' names.</summary>
    private readonly FrozenDictionary<string, string> changed;

    private Policy(FrozenDictionary<string, string> changed) => this.changed = changed;

    /// <summary>The rules' own roles, but for those that settings change.</summary>
    /// <exception cref="OptionsValidationException">
    /// A setting is for a rule that there is not, or names no role.
    /// </exception>
    public static Policy Of(IEnumerable<Rule> rules, IConfiguration configuration)
    {
        var known = rules.Select(rule => rule.Name).ToHashSet(StringComparer.Ordinal);
        var changed = new Dictionary<string, string>(StringComparer.Ordinal);
        // Rules have colons in their names, which in a key are levels: each key below the section is a rule's name
        // again.
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

    /// <summary>The role that the rule takes.</summary>
    public string RoleFor(Rule rule) => changed.GetValueOrDefault(rule.Name, rule.Role);

    private static OptionsValidationException Wrong(string failure) => new(Section, typeof(Policy), [failure]);
}
