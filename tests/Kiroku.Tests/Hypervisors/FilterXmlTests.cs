using System.Xml.Linq;
using Kiroku.Hypervisors;
using Kiroku.Hypervisors.Libvirt.Machines;

namespace Kiroku.Tests.Hypervisors;

/// <summary>Cards' filters as libvirt reads them.</summary>
public sealed class FilterXmlTests
{
    private static readonly Guid Machine = new("5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a");

    public static TheoryData<string, string> Rules => new()
    {
        { "in 4", "in <all />" },
        { "out 6", "out <all-ipv6 />" },
        { "in 4 6 22-22", """in <tcp dstportstart="22" dstportend="22" />""" },
        { "out 6 17 53-60", """out <udp-ipv6 dstportstart="53" dstportend="60" />""" },
        { "in 4 1", "in <icmp />" },
        { "in 4 1 8-", """in <icmp type="8" />""" },
        { "in 6 58 128-0", """in <icmpv6 type="128" code="0" />""" },
        { "in 4 50", "in <esp />" },
        {
            "in 4 6 1-9 10.0.0.0/8",
            """in <tcp srcipaddr="10.0.0.0" srcipmask="8" dstportstart="1" dstportend="9" />"""
        },
        { "out 6 fd00::/16", """out <all-ipv6 dstipaddr="fd00::" dstipmask="16" />""" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_lets_connections_begin_in_its_direction(string rule, string expected)
    {
        var filter = XElement.Parse(FilterXml.Of(Machine, new CardFilter([Parse(rule)])));
        var written = Assert.Single(filter.Elements("rule"), found => (int)found.Attribute("priority")! == 500);
        Assert.Equal("accept", (string)written.Attribute("action")!);
        Assert.Equal(expected, $"{(string)written.Attribute("direction")!} {written.Elements().Single()}");
    }

    [Theory]
    [InlineData("in 4 47")]
    [InlineData("in 6 2")]
    [InlineData("in 4 58")]
    public void A_protocol_that_libvirt_would_take_for_any_lets_nothing_through(string rule)
    {
        var filter = XElement.Parse(FilterXml.Of(Machine, new CardFilter([Parse(rule)])));
        Assert.DoesNotContain(filter.Elements("rule"), found => (int)found.Attribute("priority")! == 500);
    }

    [Fact]
    public void Whatever_no_rule_names_is_dropped_and_so_is_a_forged_sender()
    {
        var filter = XElement.Parse(FilterXml.Of(Machine, new CardFilter([])));
        Assert.Equal(("kiroku-5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a", Machine.ToString()),
            ((string)filter.Attribute("name")!, (string)filter.Element("uuid")!));
        var rules = filter.Elements("rule").OrderBy(rule => (int)rule.Attribute("priority")!).ToList();
        Assert.Equal($"""<mac match="no" srcmacaddr="{NetworkCard.MacOf(Machine)}" />""",
            rules[0].Elements().Single().ToString());
        Assert.Equal(["drop inout all", "drop inout all-ipv6"], rules.TakeLast(2).Select(rule =>
            $"{(string)rule.Attribute("action")!} {(string)rule.Attribute("direction")!} "
            + rule.Elements().Single().Name));
        // Libvirt makes nothing of a type of ICMP in both directions.
        Assert.DoesNotContain(rules, rule => (string)rule.Attribute("direction")! == "inout"
            && rule.Elements().Single().Attribute("type") is not null);
    }

    [Fact]
    public void A_card_is_given_its_filter_once()
    {
        var card = XElement.Parse("""<interface type="bridge"><filterref filter="other" /></interface>""");
        var filtered = FilterXml.Filtered(card, Machine)!;
        Assert.Equal($"kiroku-{Machine}", (string)filtered.Elements("filterref").Single().Attribute("filter")!);
        Assert.Null(FilterXml.Filtered(filtered, Machine));
    }

    /// <summary>"in 4 6 22-23 10.0.0.0/8".</summary>
    private static CardRule Parse(string text)
    {
        var rule = new CardRule(text.StartsWith("in", StringComparison.Ordinal), 0);
        foreach (var (part, index) in text.Split(' ').Skip(1).Select((part, index) => (part, index)))
        {
            rule = part switch
            {
                _ when index == 0 => rule with { Version = Number(part)!.Value },
                _ when part.Contains('/', StringComparison.Ordinal) => rule with { Remote = part },
                _ when part.Split('-') is [var first, var last]
                    => rule with { First = Number(first), Last = Number(last) },
                _ => rule with { Protocol = Number(part) },
            };
        }
        return rule;
    }

    private static int? Number(string text) => text.Length == 0
        ? null
        : int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
