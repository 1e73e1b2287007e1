from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("countryside", "0001_registers")]

    operations = [
        migrations.RemoveConstraint(model_name="villageprofile", name="countryside_villageprofile_key"),
        # Profiles kept so far are those of the first year of the plan.
        migrations.AddField(
            "villageprofile", "year", models.IntegerField(default=2026), preserve_default=False
        ),
        migrations.AlterModelOptions(
            "villageprofile",
            options={
                "ordering": ["county_id", "village", "year"],
                "verbose_name": "村治理档案",
                "verbose_name_plural": "村治理档案",
            },
        ),
        migrations.AddConstraint(
            model_name="villageprofile",
            constraint=models.UniqueConstraint(
                fields=("county", "village", "year"),
                name="countryside_villageprofile_key",
                violation_error_message="本区县已有村（社区）、年度相同的村治理档案",
            ),
        ),
    ]
