using System.Text.RegularExpressions;
using Kiroku.Tests.House;
using Kiroku.Ui.Texts;

namespace Kiroku.Tests.Ui;

/// <summary>How the page is built: it goes through the API's door, and speaks both languages in full.</summary>
public sealed partial class PageHouseTests
{
    private static string Folder => Path.Combine(Product.Folder, "Ui");

    /// <summary>No page can do or show what the API would not: it knows no room that could.</summary>
    [Fact]
    public void No_file_of_the_page_names_a_room_behind_the_API()
    {
        var rooms = Directory.GetDirectories(Product.Folder).Select(Path.GetFileName)
            .Except(["Ui", "Api", "Identity", "Storage", "Files", "Processes"]);
        Assert.All(Sources(), source => Assert.DoesNotContain(
            rooms, room => Regex.IsMatch(source.Text, $@"(?<!Ui\.)\bKiroku\.{room}\b")));
    }

    /// <summary>It would be read by a thread that waits.</summary>
    [Fact]
    public void Only_one_file_takes_a_form_that_it_has_not_read_itself()
        => Assert.Equal(["Given.cs"], Sources()
            .Where(source => source.Text.Contains("Request.Form", StringComparison.Ordinal))
            .Select(source => Path.GetFileName(source.File)));

    [Fact]
    public void Both_languages_have_the_same_keys_with_the_same_places_for_values()
    {
        var (english, japanese) = (PageTexts.In(Language.English), PageTexts.In(Language.Japanese));
        Assert.Equal(english.Keys.Order(), japanese.Keys.Order());
        Assert.All(english.Keys, key => Assert.Equal(Places(english[key]), Places(japanese[key])));
        Assert.All(japanese.Keys, key => Assert.NotEmpty(japanese[key]));
    }

    [Fact]
    public void Every_text_that_a_page_names_exists()
    {
        var keys = PageTexts.In(Language.English).Keys.ToHashSet();
        var named = Sources().SelectMany(source => NamedText().Matches(source.Text)
            .Select(match => match.Groups[1].Value)).ToHashSet();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(keys));
    }

    [Fact]
    public void Every_word_of_the_record_has_a_text_in_both_languages()
    {
        var words = Kiroku.Actions.ActionNames.All.Select(word => $"action.{word}")
            .Concat(Kiroku.Actions.Outcomes.All.Select(word => $"outcome.{word}"))
            .Concat(Kiroku.Actions.ReasonCodes.All.Select(word => $"reason.{word}"))
            .Concat(Kiroku.Actions.WarningCodes.All.Select(word => $"warning.{word}"))
            .Concat(typeof(Kiroku.Actions.EventNames).GetFields().Select(field => $"event.{field.GetValue(null)}"));
        Assert.Empty(words.Except(PageTexts.In(Language.Japanese).Keys));
    }

    [Fact]
    public void No_japanese_text_is_left_in_english()
    {
        var japanese = PageTexts.In(Language.Japanese);
        Assert.DoesNotContain(japanese.Keys, key => !HasJapanese().IsMatch(japanese[key]));
    }

    private static IEnumerable<(string File, string Text)> Sources()
        => Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor")
            .Select(file => (file, File.ReadAllText(file)));

    private static IEnumerable<string> Places(string text)
        => Place().Matches(text).Select(match => match.Value).Order();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();

    [GeneratedRegex(@"\b(?:T|texts|Texts)\[""([^""{]+)""")]
    private static partial Regex NamedText();

    [GeneratedRegex(@"[\u3040-\u30ff\u4e00-\u9fff]")]
    private static partial Regex HasJapanese();
}
